// SPDX-License-Identifier: Apache-2.0
/*
 * A client's way with a daemon that may answer and write anything: replies file, WELCOME, session, replies. Of the
 * input, 128 bytes are the daemon's message, and the rest damages the replies file.
 */
#include "frame.h"

enum { SESSIONS = 3, REPLIES = 8 };
static struct { struct tb_replies header; struct tb_session sessions[SESSIONS]; struct tb_slot slots[SESSIONS][REPLIES]; }
        replies, sound_replies;
static struct { struct tb_client header; struct tb_slot slots[REPLIES]; } ring;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void) argc;
    (void) argv;
    add_bus();
    memcpy(&signals, &sound_signals, sizeof signals);
    add_file(BUS "/replies", &replies, sizeof replies, S_IFREG | 0600);
    add_file(BUS "/clients", &ring, sizeof ring, S_IFREG | 0600);
    add_file(BUS "/control", NULL, 0, S_IFSOCK | 0600);
    tb_fill_header(&sound_replies.header.file, REPLIES, sizeof replies);
    sound_replies.header.file.magic = TB_REPLIES_MAGIC;
    sound_replies.header.file.layout_version = TB_REPLIES_VERSION;
    sound_replies.header.session_count = SESSIONS;
    sound_replies.header.history_id = signals.header.history_id;
    sound_replies.header.epoch = signals.header.epoch;
    sound_replies.header.sleeping_until_ns = INT64_MAX;
    for (int i = 0; i < SESSIONS; i++) {
        fake_random(sound_replies.sessions[i].uuid, sizeof sound_replies.sessions[i].uuid);
        sound_replies.sessions[i].state = TB_CONNECTED;
    }
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
    struct tb_message answer;
    if (size < sizeof answer) {
        return 0;
    }
    memset(&ring, 0, sizeof ring);
    damage(&replies, &sound_replies, sizeof replies, data + sizeof answer, size - sizeof answer);
    memcpy(&answer, data, sizeof answer);
    answer.magic ^= TB_CONTROL_MAGIC;                    /* of an input of zeros, all is right */
    answer.version ^= TB_VERSION;
    answer.type ^= TB_WELCOME;
    answer.uuid[0] ^= sound_replies.sessions[0].uuid[0];
    answer.uuid[1] ^= sound_replies.sessions[0].uuid[1];
    answer.of.welcome.window ^= REPLIES;
    incoming = (const uint8_t *) &answer;
    incoming_length = data[126] < 0xF0 ? sizeof answer : data[126] % 128u;
    has_ended = incoming_length < sizeof answer;
    int64_t slots = data[127] < 0x80 ? REPLIES : 0;
    if (tb_connect_to(&t, BUS, geteuid(), data[125] % 2 == 0 ? NULL : "name", slots, -1) == TB_OK) {
        use(&t, data);
    }
    tb_disconnect(&t);
    return 0;
}
