// SPDX-License-Identifier: Apache-2.0
#include <tickbus.h>

int main(int argc, char **argv) {
    struct tb_timers timers;
    struct tb_signal signal;
    int error = tb_connect(&timers, argc > 1 ? argv[1] : "default", NULL, INT64_C(2000000000));
    int generation = error < 0 ? error : tb_arm_at(&timers, 7, 42, tb_now() + INT64_C(100000000));
    if (generation < 0) {
        puts(tb_error_text(generation));
        return 1;
    }
    int event;
    bool has_fired;
    do {
        event = tb_next(&timers.bus, &signal, TB_PREDICT, INT64_C(2000000000));
        has_fired = event == TB_SIGNAL && tb_is_current(&signal, timers.owner, generation);
    } while (event > TB_NOTHING && !has_fired);
    if (has_fired) {
        long long late_us = (tb_now() - signal.deadline_ns) / 1000;
        printf("timer %lld fired, %lld us late\n", (long long) signal.key, late_us);
    } else {
        printf("it did not fire: %s, %lld signals lost\n", tb_error_text(event), (long long) timers.bus.lost);
    }
    tb_disconnect(&timers);
    return !has_fired;
}
