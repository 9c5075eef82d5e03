// SPDX-License-Identifier: Apache-2.0
/*
 * Reads a bus, written from docs/WIRE_FORMAT.md alone; the numbers in brackets are its sections. Plain C11 on Linux.
 *
 *   cc -std=c11 -O2 -o reader reader.c
 *   reader BUS_DIRECTORY spin|park|predictive UNTIL_SEQUENCE
 *
 * Joins at the oldest signal, checks each one's content against its sequence, follows restarts and replacements, and
 * reports at UNTIL_SEQUENCE. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 a signal was torn or out of order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* [2] the header */
enum {
    MAGIC = 0, LAYOUT_VERSION = 8, BYTE_ORDER_MARK = 12, HEADER_BYTES = 16, RECORD_BYTES = 20, SLOT_COUNT = 24,
    FILE_LENGTH = 32, OPTIONS = 40, CLOCK_ID = 44, BASE_SEQUENCE = 48, HISTORY_ID = 56, BOOT_ID = 64,
    TIME_NAMESPACE = 80, MONOTONIC_OFFSET_NS = 88, EPOCH = 128, STATE = 176, HEARTBEAT_NS = 192,
    HEARTBEAT_INTERVAL_NS = 200, NEXT_DEADLINE_NS = 256, WAKE_WORD = 384, NEXT_SEQUENCE = 512, HEADER_LENGTH = 4096
};
#define MAGIC_VALUE INT64_C(0x314749534B434954)
#define BYTE_ORDER_VALUE 0x0A0B0C0D
#define OPTION_WAKES 3
#define STATE_CLOSED 2
#define STATE_REPLACED 3
#define NO_DEADLINE INT64_MAX
/* [3] a slot */
enum { RECORD_LENGTH = 64, FIELD_WORDS = 7 };
/* [7] the doorbell */
enum { SUBSCRIBERS_PARKED = 128, DOORBELL_LENGTH = 4096 };

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define LOOK_AROUND_NS (50 * MS)
#define NAP_NS MS
#define GUARD_NS (150 * US)
#define LATE_SPIN_NS (100 * US)

enum outcome { NOT_YET, COPIED, OVERRUN };

static const char *directory;
static uint8_t *base;        /* the mapped signals file */
static size_t mapped_length;
static struct stat mapped;   /* which file that is */
static int64_t slot_count, base_sequence, history_id;
static int32_t options;
static uint8_t *doorbell;    /* NULL: nobody would wake us */
static int files;

static int64_t q;            /* the sequence wanted next */
static int64_t first, received, lost, overruns, sleeps, woken, epoch;
static const char *status = "alive";

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void refuse(const char *what, int64_t found) {
    printf("REFUSED %s=%lld\n", what, (long long) found);
    exit(1);
}

static void broken(const char *what, int64_t found) {
    printf("BROKEN %s=%lld q=%lld\n", what, (long long) found, (long long) q);
    exit(3);
}

static _Atomic int64_t *long_at(int64_t offset) {
    return (_Atomic int64_t *) (void *) (base + offset);
}

static _Atomic int32_t *int_at(int64_t offset) {
    return (_Atomic int32_t *) (void *) (base + offset);
}

static int64_t load_acquire(int64_t offset) {
    return atomic_load_explicit(long_at(offset), memory_order_acquire);
}

static int64_t slot_of(int64_t sequence) {
    return HEADER_LENGTH + (sequence & (slot_count - 1)) * RECORD_LENGTH;
}

/* [11] what a reader must check */

static int64_t header_long(const uint8_t *header, int offset) {
    int64_t value;
    memcpy(&value, header + offset, sizeof value);
    return value;
}

static int32_t header_int(const uint8_t *header, int offset) {
    int32_t value;
    memcpy(&value, header + offset, sizeof value);
    return value;
}

static void check_layout(const uint8_t *header, int64_t length) {
    int64_t magic = header_long(header, MAGIC);
    if (magic == (int64_t) __builtin_bswap64((uint64_t) MAGIC_VALUE)) {
        refuse("byteOrder", header_int(header, BYTE_ORDER_MARK));
    }
    if (magic != MAGIC_VALUE) {
        refuse("magic", magic);
    }
    if (header_int(header, BYTE_ORDER_MARK) != BYTE_ORDER_VALUE) {
        refuse("byteOrder", header_int(header, BYTE_ORDER_MARK));
    }
    if (header_int(header, LAYOUT_VERSION) != 2) {
        refuse("layoutVersion", header_int(header, LAYOUT_VERSION));
    }
    if (header_int(header, HEADER_BYTES) != HEADER_LENGTH) {
        refuse("headerBytes", header_int(header, HEADER_BYTES));
    }
    if (header_int(header, RECORD_BYTES) != RECORD_LENGTH) {
        refuse("recordBytes", header_int(header, RECORD_BYTES));
    }
    int64_t slots = header_long(header, SLOT_COUNT);
    if (slots < 2 || slots > 1 << 24 || (slots & (slots - 1)) != 0) {
        refuse("slotCount", slots);
    }
    int64_t expected = HEADER_LENGTH + slots * RECORD_LENGTH;
    if (length != expected || header_long(header, FILE_LENGTH) != expected) {
        refuse("fileLength", length);
    }
    if (header_int(header, CLOCK_ID) != 1) {
        refuse("clockId", header_int(header, CLOCK_ID));
    }
    if (header_long(header, BASE_SEQUENCE) < 0) {
        refuse("baseSequence", header_long(header, BASE_SEQUENCE));
    }
}

static bool same_boot(const uint8_t *boot_id) {
    static const uint8_t unknown[16];
    uint8_t here[16];
    FILE *in = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (in == NULL || memcmp(boot_id, unknown, sizeof unknown) == 0) {
        return true;
    }
    int digits = 0;
    for (int c = fgetc(in); digits < 32 && c != EOF; c = fgetc(in)) {
        if (c == '-') {
            continue;
        }
        uint8_t digit = (uint8_t) (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        here[digits / 2] = (uint8_t) (digits % 2 == 0 ? digit << 4 : here[digits / 2] | digit);
        digits++;
    }
    fclose(in);
    return digits < 32 || memcmp(boot_id, here, sizeof here) == 0;
}

static bool same_clock(int64_t namespace_inode, int64_t offset_ns) {
    struct stat namespace;
    if (stat("/proc/self/ns/time", &namespace) == 0 && (int64_t) namespace.st_ino == namespace_inode) {
        return true;
    }
    int64_t here_ns = 0;
    FILE *in = fopen("/proc/self/timens_offsets", "r");
    if (in != NULL) {
        char name[32];
        long long seconds, nanoseconds;
        while (fscanf(in, "%31s %lld %lld", name, &seconds, &nanoseconds) == 3) {
            if (strcmp(name, "monotonic") == 0) {
                here_ns = seconds * INT64_C(1000000000) + nanoseconds;
            }
        }
        fclose(in);
    }
    return here_ns == offset_ns;
}

static void check_directory(const char *path) {
    struct stat s;
    if (lstat(path, &s) != 0 || !S_ISDIR(s.st_mode)) {
        refuse("directory", errno);
    }
    if ((s.st_uid != geteuid() && s.st_uid != 0) || ((s.st_mode & S_IWOTH) != 0 && (s.st_mode & S_ISVTX) == 0)) {
        refuse("directoryMode", s.st_mode);
    }
}

static int open_file(const char *name, int flags) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return open(path, flags | O_NOFOLLOW | O_CLOEXEC);
}

static void attach_doorbell(void) {
    doorbell = NULL;
    int fd = (options & OPTION_WAKES) == OPTION_WAKES ? open_file("doorbell", O_RDWR) : -1;
    struct stat s;
    if (fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size >= DOORBELL_LENGTH) {
        void *memory = mmap(NULL, DOORBELL_LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        doorbell = memory == MAP_FAILED ? NULL : memory;
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void attach(void) {
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s/..", directory);
    check_directory(parent);
    check_directory(directory);
    int fd = open_file("signals", O_RDONLY);
    if (fd < 0 || fstat(fd, &mapped) != 0 || !S_ISREG(mapped.st_mode)) {
        refuse("signals", errno);
    }
    if (mapped.st_uid != geteuid()) {
        refuse("owner", mapped.st_uid);
    }
    uint8_t header[HEADER_LENGTH];
    if (pread(fd, header, sizeof header, 0) != HEADER_LENGTH) {
        refuse("fileLength", mapped.st_size);
    }
    check_layout(header, mapped.st_size);
    if (!same_boot(header + BOOT_ID)) {
        refuse("bootId", 0);
    }
    if (!same_clock(header_long(header, TIME_NAMESPACE), header_long(header, MONOTONIC_OFFSET_NS))) {
        refuse("monotonicOffsetNs", header_long(header, MONOTONIC_OFFSET_NS));
    }
    if (base != NULL) {
        munmap(base, mapped_length);
    }
    if (doorbell != NULL) {
        munmap(doorbell, DOORBELL_LENGTH);
    }
    mapped_length = (size_t) mapped.st_size;
    void *memory = mmap(NULL, mapped_length, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (memory == MAP_FAILED) {
        refuse("mmap", errno);
    }
    base = memory;
    slot_count = header_long(header, SLOT_COUNT);
    base_sequence = header_long(header, BASE_SEQUENCE);
    history_id = header_long(header, HISTORY_ID);
    options = header_int(header, OPTIONS);
    files++;
    attach_doorbell();
}

/* [5] reading, being overrun, joining */

static int64_t magnitude(int64_t stamp) {
    return stamp < 0 ? -stamp : stamp;
}

static enum outcome read_next(int64_t *copy) {
    int64_t slot = slot_of(q);
    int64_t a = load_acquire(slot);
    if (a != q + 1) {
        return a > q + 1 || a < -(q + 1) ? OVERRUN : NOT_YET;
    }
    for (int i = 0; i < FIELD_WORDS; i++) {
        copy[i] = atomic_load_explicit(long_at(slot + 8 + 8 * i), memory_order_relaxed);
    }
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(long_at(slot), memory_order_relaxed) != q + 1) {
        return OVERRUN;
    }
    q++;
    return COPIED;
}

static bool has_news(void) {
    int64_t a = load_acquire(slot_of(q));
    return a > q || a < -(q + 1);
}

static int64_t oldest_of(int64_t next) {
    int64_t oldest = next - slot_count + 1;
    return oldest > base_sequence ? oldest : base_sequence;
}

static void skip_overwritten(void) {
    int64_t begun = magnitude(load_acquire(slot_of(q))) - 1;
    int64_t next = load_acquire(NEXT_SEQUENCE);
    if (begun <= q || slot_of(begun) != slot_of(q) || next < begun - 1) {
        broken("nextSequence", next);
    }
    int64_t go_on = oldest_of(next);
    if (go_on <= q) {
        go_on = q + 1;
    }
    overruns++;
    lost += go_on - q;
    q = go_on;
}

static void join_oldest(void) {
    int64_t next = load_acquire(NEXT_SEQUENCE);
    if (next < base_sequence
            || (next > base_sequence && magnitude(load_acquire(slot_of(next - 1))) < next)) {
        refuse("nextSequence", next);
    }
    q = oldest_of(next);
}

/* [6] restart, replacement; [10] liveness */

static bool is_heartbeat_fresh(int64_t now) {
    int64_t limit = 5 * atomic_load_explicit(long_at(HEARTBEAT_INTERVAL_NS), memory_order_relaxed);
    int64_t heartbeat = atomic_load_explicit(long_at(HEARTBEAT_NS), memory_order_relaxed);
    return now - heartbeat < (limit > 250 * MS ? limit : 250 * MS);
}

static const char *lock_status(void) {
    int fd = open_file("lock", O_RDONLY);
    if (fd < 0) {
        return errno == ENOENT ? "dead" : "stalled";
    }
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    int result = fcntl(fd, F_GETLK, &lock);
    close(fd);
    return result == 0 && lock.l_type == F_UNLCK ? "dead" : "stalled";
}

static bool has_other_file(void) {
    char path[PATH_MAX];
    struct stat s;
    snprintf(path, sizeof path, "%s/signals", directory);
    return lstat(path, &s) == 0 && (s.st_ino != mapped.st_ino || s.st_dev != mapped.st_dev);
}

static void follow(void) {
    int64_t history = history_id;
    attach();
    if (history_id != history) {
        join_oldest();
        first = q - received - lost;
        printf("NEW-HISTORY next=%lld\n", (long long) q);
    } else if (q < base_sequence) {
        lost += base_sequence - q;
        q = base_sequence;
    }
}

static void check_status(int64_t now) {
    /* The state before the slot: a reader that sees "closed" or "replaced", and then no signal, has read them all. */
    int32_t state = atomic_load_explicit(int_at(STATE), memory_order_acquire);
    bool is_fresh = is_heartbeat_fresh(now);
    bool is_superseded =
            state == STATE_REPLACED || ((state == STATE_CLOSED || !is_fresh) && has_other_file());
    if (is_superseded && !has_news()) {
        follow();
        return;
    }
    int64_t current = load_acquire(EPOCH);
    if (current != epoch) {
        epoch = current;
        printf("EPOCH %lld\n", (long long) epoch);
    }
    const char *found = state == STATE_CLOSED ? "closed" : is_fresh ? "alive" : lock_status();
    if (strcmp(found, status) != 0) {
        status = found;
        printf("STATUS %s\n", status);
    }
}

/* [8] parking, [9] predictive waiting */

static void park(int64_t until, int64_t planned) {
    int32_t word = atomic_load_explicit(int_at(WAKE_WORD), memory_order_acquire);
    if (doorbell != NULL) {
        atomic_store_explicit((_Atomic int32_t *) (void *) (doorbell + SUBSCRIBERS_PARKED), 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
    } else if (until > now_ns() + NAP_NS) {
        until = now_ns() + NAP_NS;
    }
    if (has_news() || load_acquire(NEXT_DEADLINE_NS) < planned) {
        return;
    }
    struct timespec deadline = {.tv_sec = until / INT64_C(1000000000), .tv_nsec = until % INT64_C(1000000000)};
    sleeps++;
    if (syscall(SYS_futex, int_at(WAKE_WORD), FUTEX_WAIT_BITSET, word, &deadline, NULL, FUTEX_BITSET_MATCH_ANY) == 0) {
        woken++;
    }
}

static void spin(int64_t until, int64_t planned) {
    while (load_acquire(NEXT_DEADLINE_NS) == planned && !has_news() && now_ns() < until) {
    }
}

static void wait_predictively(int64_t until) {
    int64_t deadline = load_acquire(NEXT_DEADLINE_NS);
    if (has_news()) {
        return;
    }
    int64_t now = now_ns();
    if (deadline == NO_DEADLINE || now - deadline > LATE_SPIN_NS) {
        park(until, deadline == NO_DEADLINE ? NO_DEADLINE : INT64_MIN);
    } else if (now < deadline - GUARD_NS) {
        park(deadline - GUARD_NS < until ? deadline - GUARD_NS : until, deadline);
    } else {
        spin(deadline + LATE_SPIN_NS < until ? deadline + LATE_SPIN_NS : until, deadline);
    }
}

static void wait_for_signal(const char *mode, int64_t until) {
    if (strcmp(mode, "park") == 0) {
        park(until, INT64_MIN);
    } else if (strcmp(mode, "predictive") == 0) {
        wait_predictively(until);
    } else {
        for (int look = 0; look < 1000 && !has_news(); look++) {
        }
    }
}

/* What the test's publisher writes into a signal: every field is derived from its sequence. */

static uint64_t mix(uint64_t value) {
    uint64_t z = value + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void check_content(const int64_t *copy, int64_t sequence) {
    uint8_t bytes[RECORD_LENGTH - 8];
    memcpy(bytes, copy, sizeof bytes);
    uint64_t hash = mix((uint64_t) sequence);
    uint16_t owner;
    uint32_t signal_id, occurrence, generation, payload_high, missed;
    memcpy(&signal_id, bytes + 32 - 8, 4);
    memcpy(&owner, bytes + 36 - 8, 2);
    memcpy(&occurrence, bytes + 40 - 8, 4);
    memcpy(&generation, bytes + 44 - 8, 4);
    uint64_t payload;
    memcpy(&payload, bytes + 48 - 8, 8);
    memcpy(&payload_high, bytes + 56 - 8, 4);
    memcpy(&missed, bytes + 60 - 8, 4);
    bool is_whole = (uint64_t) copy[0] == mix(hash + 1) && (uint64_t) copy[1] == mix(hash + 2)
            && (uint64_t) copy[2] == hash && signal_id == (uint32_t) sequence && owner == (uint16_t) hash
            && bytes[38 - 8] == (uint8_t) (hash >> 16) && bytes[39 - 8] == 8
            && occurrence == (uint32_t) mix(hash + 3) && generation == (uint32_t) mix(hash + 5)
            && payload == mix(hash + 4) && payload_high == 0 && missed == (uint32_t) (hash >> 32);
    if (!is_whole) {
        broken("torn", sequence);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs("usage: reader BUS_DIRECTORY spin|park|predictive UNTIL_SEQUENCE\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    directory = argv[1];
    const char *mode = argv[2];
    int64_t until = strtoll(argv[3], NULL, 10);
    attach();
    join_oldest();
    first = q;
    epoch = load_acquire(EPOCH);
    printf("ATTACHED first=%lld epoch=%lld woken=%d\n", (long long) q, (long long) epoch, doorbell != NULL);
    int64_t check_status_at = 0;
    int64_t expected = q;
    while (q < until) {
        int64_t copy[FIELD_WORDS];
        enum outcome outcome = read_next(copy);
        if (outcome == COPIED) {
            if (q != expected + 1) {
                broken("expected", expected);
            }
            check_content(copy, expected);
            received++;
        } else if (outcome == OVERRUN) {
            skip_overwritten();
        } else {
            int64_t now = now_ns();
            if (now >= check_status_at
                    || atomic_load_explicit(int_at(STATE), memory_order_relaxed) == STATE_REPLACED) {
                check_status(now);
                check_status_at = now + LOOK_AROUND_NS;
            }
            wait_for_signal(mode, now + LOOK_AROUND_NS);
        }
        expected = q;
    }
    printf("REACHED first=%lld next=%lld received=%lld lost=%lld overruns=%lld sleeps=%lld woken=%lld epoch=%lld "
            "files=%d\n", (long long) first, (long long) q, (long long) received, (long long) lost,
            (long long) overruns, (long long) sleeps, (long long) woken, (long long) epoch, files);
    return 0;
}
