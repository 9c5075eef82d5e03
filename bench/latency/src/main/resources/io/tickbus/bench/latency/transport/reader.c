// SPDX-License-Identifier: Apache-2.0
/*
 * Reads the signals file of a bus, written from docs/WIRE_FORMAT.md alone; the numbers in brackets are its sections.
 * Spins. A burst at a time.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* [2] the header */
#define MAGIC_VALUE INT64_C(0x314749534B434954)
#define HEADER_LENGTH 4096
#define SLOT_COUNT_WORD 3
#define NEXT_SEQUENCE_WORD 64
/* [3] a slot */
#define WORDS 8
#define DEADLINE_WORD 2
#define KEY_WORD 3

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Maps the file; NULL where it is none. */
int64_t *reader_open(const char *path) {
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat s;
    if (fd < 0 || fstat(fd, &s) != 0 || s.st_size < HEADER_LENGTH) {
        return 0;
    }
    int64_t *file = mmap(0, (size_t) s.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    close(fd);
    return file == MAP_FAILED || file[0] != MAGIC_VALUE ? 0 : file;
}

/* [5] the sequence that is to be written next */
int64_t reader_next(int64_t *file) {
    return __atomic_load_n(file + NEXT_SEQUENCE_WORD, __ATOMIC_ACQUIRE);
}

/*
 * [5] Reads from a sequence on until count signals have come or the time is over; writes each one's key and
 * observed - deadline. Returns how many, or -1 when it was overrun.
 */
int64_t reader_receive(int64_t *file, int64_t from, int64_t count, int64_t *keys, int64_t *latencies_ns,
                       int64_t give_up_ns) {
    int64_t mask = file[SLOT_COUNT_WORD] - 1;
    int64_t *slots = file + HEADER_LENGTH / 8;
    volatile int64_t copy[WORDS];
    for (int64_t i = 0; i < count; i++) {
        int64_t sequence = from + i;
        int64_t *slot = slots + (sequence & mask) * WORDS;
        int64_t polls = 0;
        int64_t stamp = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
        while (stamp != sequence + 1) {
            if (stamp > sequence + 1 || stamp < -(sequence + 1)) {
                return -1;
            }
            if ((++polls & 0xFFF) == 0 && now_ns() > give_up_ns) {
                return i;
            }
            stamp = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
        }
        for (int word = 1; word < WORDS; word++) {
            copy[word] = __atomic_load_n(slot + word, __ATOMIC_RELAXED);
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (__atomic_load_n(slot, __ATOMIC_RELAXED) != sequence + 1) {
            return -1;
        }
        latencies_ns[i] = now_ns() - copy[DEADLINE_WORD];
        keys[i] = copy[KEY_WORD];
    }
    return count;
}
