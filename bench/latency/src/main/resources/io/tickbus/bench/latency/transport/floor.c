// SPDX-License-Identifier: Apache-2.0
/* What the hardware gives: one 64-byte line per message, handed over by one release store and one acquire load. */
#include <stdint.h>
#include <time.h>

#define WORDS 8

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Sends message i of the burst when start_ns + i * gap_ns has come. */
void floor_send(int64_t *lines, int64_t mask, int64_t first, int64_t count, int64_t start_ns, int64_t gap_ns) {
    for (int64_t i = 0; i < count; i++) {
        int64_t due_ns = start_ns + i * gap_ns;
        int64_t sent_ns = now_ns();
        while (sent_ns < due_ns) {
            sent_ns = now_ns();
        }
        int64_t sequence = first + i;
        int64_t *line = lines + (sequence & mask) * WORDS;
        line[1] = sent_ns;
        line[2] = due_ns;
        line[3] = sequence;
        line[4] = 42;
        line[5] = 0;
        line[6] = 0;
        line[7] = 0;
        __atomic_store_n(line, sequence + 1, __ATOMIC_RELEASE);
    }
}

/* Receives a burst; writes observed - due of each message; returns how many came before give_up_ns. */
int64_t floor_receive(int64_t *lines, int64_t mask, int64_t first, int64_t count, int64_t *latencies_ns,
                      int64_t give_up_ns) {
    volatile int64_t copy[WORDS];
    for (int64_t i = 0; i < count; i++) {
        int64_t sequence = first + i;
        int64_t *line = lines + (sequence & mask) * WORDS;
        int64_t polls = 0;
        while (__atomic_load_n(line, __ATOMIC_ACQUIRE) != sequence + 1) {
            if ((++polls & 0xFFF) == 0 && now_ns() > give_up_ns) {
                return i;
            }
        }
        for (int word = 1; word < WORDS; word++) {
            copy[word] = line[word];
        }
        latencies_ns[i] = now_ns() - copy[2];
    }
    return count;
}
