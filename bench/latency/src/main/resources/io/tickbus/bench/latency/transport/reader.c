// SPDX-License-Identifier: Apache-2.0
/* A bus read through the header for C, by tb_poll in a tight loop, a burst at a time. */
#include "tickbus.h"

/* Joins at the newest; NULL where it does not accept the bus. */
struct tb_subscriber *reader_open(const char *directory) {
    struct tb_subscriber *bus = malloc(sizeof *bus);
    if (bus != NULL && tb_attach(bus, directory, TB_NEWEST) != TB_OK) {
        free(bus);
        return NULL;
    }
    return bus;
}

void reader_close(struct tb_subscriber *bus) {
    tb_detach(bus);
    free(bus);
}

/*
 * Reads until count signals have come or the time is over; writes each one's key and observed - deadline. Returns how
 * many, or -1 when it was overrun or failed.
 */
int64_t reader_receive(struct tb_subscriber *bus, int64_t count, int64_t *keys, int64_t *latencies_ns,
                       int64_t give_up_ns) {
    struct tb_signal signal;
    int64_t polls = 0, received = 0;
    while (received < count) {
        int event = tb_poll(bus, &signal);
        if (event == TB_SIGNAL) {
            latencies_ns[received] = tb_now() - signal.deadline_ns;
            keys[received++] = signal.key;
        } else if (event != TB_NOTHING) {
            return -1;
        } else if ((++polls & 0xFFF) == 0 && tb_now() > give_up_ns) {
            break;
        }
    }
    return received;
}
