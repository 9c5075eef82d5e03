// SPDX-License-Identifier: Apache-2.0
/* Reads a backlog with tickbus.h: what `cost` in Go and in Rust compares itself with, in one process. */
#include <tickbus.h>

static struct tb_subscriber subscriber;

int drain_attach(const char *bus) {
    return tb_attach(&subscriber, bus, TB_OLDEST);
}

/* How many signals there were; sum: of what is in them. */
int64_t drain(int64_t *sum) {
    struct tb_signal signal;
    int64_t count = 0, total = 0;
    for (; tb_poll(&subscriber, &signal) == TB_SIGNAL; count++) {
        __asm__ volatile("" : : "r"(&signal) : "memory");    /* the whole copy is wanted */
        total += signal.key + signal.signal_id;
    }
    *sum = total;
    return count;
}
