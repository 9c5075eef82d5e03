// SPDX-License-Identifier: Apache-2.0
/*
 * A client's way with a daemon that may answer and write anything: replies file, WELCOME, session, replies. Of the
 * input, 128 bytes are the daemon's message, and the rest damages the replies file.
 */
#include "frame.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void) argc;
    (void) argv;
    add_daemon();
    return 0;
}

static void use(struct tb_timers *t, const uint8_t *data) {
    struct tb_command command;
    struct tb_reply reply;
    memset(&command, 0, sizeof command);
    for (int i = 0; i < 12; i++) {
        command.type = (uint8_t) (data[i] % 6);
        int64_t number = data[i] < 0x80 ? tb_arm(t, &command) : tb_send(t, &command);
        int event = tb_poll_reply(t, &reply);
        expect(number >= TB_E_SYSTEM && event <= 1 && t->next_command <= 12);
        if (t->replies != NULL) {
            tb_check_daemon(t, tb_now());
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tb_timers t;
    struct tb_message answer, sound = answer_of(TB_WELCOME);
    uint8_t *bytes = (uint8_t *) &answer;
    if (size < sizeof answer) {
        return 0;
    }
    memset(&ring, 0, sizeof ring);
    damage(&replies, &sound_replies, sizeof replies, data + sizeof answer, size - sizeof answer);
    sound.of.welcome.window = REPLIES;
    memcpy(&answer, &sound, sizeof answer);
    for (size_t i = 0; i < sizeof answer; i++) {         /* of an input of zeros, all is right */
        bytes[i] ^= data[i];
    }
    incoming = bytes;
    incoming_length = data[126] < 0xF0 ? sizeof answer : data[126] % 128u;
    has_ended = incoming_length < sizeof answer;
    int64_t slots = data[127] < 0x80 ? REPLIES : 0;
    if (tb_connect_to(&t, BUS, geteuid(), data[125] % 2 == 0 ? NULL : "name", slots, -1) == TB_OK) {
        use(&t, data);
    }
    tb_disconnect(&t);
    return 0;
}
