// SPDX-License-Identifier: Apache-2.0
/*
 * No fuzzing, but the same frame: a client whose HELLO came too late, because its host is busy, tries again; one that
 * is rejected for another reason, or at once, does not.
 *
 *   cc -std=c11 -O2 -I../include -o late late.c
 */
#include "frame.h"

static struct tb_message answers[2];
static int hellos;
static int64_t delay_ns;

static void answer(void) {
    clock_ns += hellos == 0 ? delay_ns : 0;
    incoming = (const uint8_t *) &answers[hellos > 0];
    incoming_length = sizeof answers[0];
    hellos++;
}

static int connect_once(int32_t reason, int64_t first_delay_ns) {
    static struct tb_timers timers;
    hellos = 0;
    delay_ns = first_delay_ns;
    answers[0].of.rejected.reason = reason;
    int result = tb_connect(&timers, BUS, NULL, INT64_C(2000000000));
    expect(result != TB_OK || timers.owner == 7);
    expect(result == TB_OK || timers.reason == reason);
    tb_disconnect(&timers);
    return result;
}

int main(void) {
    add_daemon();
    memcpy(&replies, &sound_replies, sizeof replies);
    answers[0] = answer_of(TB_REJECTED);
    answers[1] = answer_of(TB_WELCOME);
    answers[1].of.welcome.owner = 7;
    answers[1].of.welcome.window = REPLIES;
    on_send = answer;
    expect(connect_once(14, TB_LATE_HELLO_NS) == TB_OK && hellos == 2);
    expect(connect_once(14, 0) == TB_E_DISCONNECTED && hellos == 1);
    expect(connect_once(10, TB_LATE_HELLO_NS) == TB_E_DISCONNECTED && hellos == 1);
    expect(connect_once(15, 0) == TB_OK && hellos == 2);
    puts("LATE");
    return 0;
}
