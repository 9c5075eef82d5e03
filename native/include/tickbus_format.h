// SPDX-License-Identifier: Apache-2.0
/*
 * What lies in the files of a bus and how it is read and written: the code of docs/WIRE_FORMAT.md, which quotes it and
 * explains every byte. tickbus.h includes it. C11 or C++17, 64-bit little-endian Linux, gcc or clang.
 */
#ifndef TICKBUS_FORMAT_H
#define TICKBUS_FORMAT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                                  /* include this file first, or define it yourself */
#endif
#include <limits.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
#define TB_CHECK(condition, text) static_assert(condition, text)
#else
#define TB_CHECK(condition, text) _Static_assert(condition, text)
#endif
TB_CHECK(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(void *) == 8, "64-bit and little-endian");

#define TB_VERSION 2                                 /* of signals, client files and messages */
#define TB_AT(type, field, offset) TB_CHECK(offsetof(struct type, field) == (offset), #type "." #field)
#define TB_SIZE(type, bytes) TB_CHECK(sizeof(struct type) == (bytes), #type)

/* The memory orders of C11, by builtins of gcc and clang that C++ has too. */
#define tb_load(address) __atomic_load_n(address, __ATOMIC_RELAXED)
#define tb_load_acquire(address) __atomic_load_n(address, __ATOMIC_ACQUIRE)
#define tb_store(address, value) __atomic_store_n(address, value, __ATOMIC_RELAXED)
#define tb_store_release(address, value) __atomic_store_n(address, value, __ATOMIC_RELEASE)
#define tb_fence_acquire() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define tb_fence_release() __atomic_thread_fence(__ATOMIC_RELEASE)
#define tb_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)

static inline int64_t tb_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

struct tb_file {
    int64_t magic;                                   /* 8 ASCII bytes, stored last */
    int32_t layout_version;                          /* TB_VERSION */
    int32_t byte_order;                              /* 0x0A0B0C0D; 0x0D0C0B0A is the other byte order */
    int32_t header_bytes;                            /* 4096 */
    int32_t record_bytes;                            /* 64 */
    int64_t slot_count;
    int64_t file_length;                             /* bytes of the whole file */
};
TB_AT(tb_file, layout_version, 8); TB_AT(tb_file, byte_order, 12); TB_AT(tb_file, header_bytes, 16);
TB_AT(tb_file, record_bytes, 20); TB_AT(tb_file, slot_count, 24); TB_AT(tb_file, file_length, 32); TB_SIZE(tb_file, 40);

#define TB_BYTE_ORDER 0x0A0B0C0D
#define TB_SIGNALS_MAGIC INT64_C(0x314749534B434954)     /* TICKSIG1 */
#define TB_CLIENT_MAGIC INT64_C(0x31494C434B434954)      /* TICKCLI1 */
#define TB_REPLIES_MAGIC INT64_C(0x315045524B434954)     /* TICKREP1 */
#define TB_COUNTERS_MAGIC INT64_C(0x31544E434B434954)    /* TICKCNT1 */
#define TB_CONTROL_MAGIC INT64_C(0x314C54434B434954)     /* TICKCTL1, section 15 */

/* In a handler installed by sigaction with SA_SIGINFO: tb_lost_page(info->si_addr). The page then reads as zeros. */
__attribute__((weak)) void *tb_lost;                 /* an address of the file that is gone */
static inline void tb_lost_page(void *address) {
    tb_store_release(&tb_lost, address);
    mmap((void *) ((uintptr_t) address & ~(uintptr_t) 4095), 4096, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

struct tb_signals {
    struct tb_file file;                             /* slot_count is N */
    int32_t options, clock_id;
    int64_t base_sequence, history_id;
    uint8_t boot_id[16];
    int64_t time_namespace, monotonic_offset_ns, created_realtime_ns;
    uint8_t reserved_1[24];
    int64_t epoch;
    int64_t publisher_pid, publisher_start_ticks, publisher_pid_namespace, epoch_started_ns, epoch_sequence;
    int32_t state;
    uint8_t reserved_2[12];
    int64_t heartbeat_ns, heartbeat_interval_ns;
    int32_t publisher_cpu;
    uint8_t reserved_3[44];
    int64_t next_deadline_ns;
    uint8_t reserved_4[120];
    int32_t wake_word;
    uint8_t reserved_5[124];
    int64_t next_sequence;
    uint8_t reserved_6[120];
    int32_t source_clock;
    int32_t reserved_7;
    int64_t source_offset_ns, source_error_ns, source_recording, source_position;
    uint8_t reserved_8[3416];
};
TB_AT(tb_signals, options, 40); TB_AT(tb_signals, clock_id, 44); TB_AT(tb_signals, base_sequence, 48);
TB_AT(tb_signals, history_id, 56); TB_AT(tb_signals, boot_id, 64); TB_AT(tb_signals, time_namespace, 80);
TB_AT(tb_signals, monotonic_offset_ns, 88); TB_AT(tb_signals, created_realtime_ns, 96); TB_AT(tb_signals, epoch, 128);
TB_AT(tb_signals, publisher_pid, 136); TB_AT(tb_signals, publisher_start_ticks, 144);
TB_AT(tb_signals, publisher_pid_namespace, 152); TB_AT(tb_signals, epoch_started_ns, 160);
TB_AT(tb_signals, epoch_sequence, 168); TB_AT(tb_signals, state, 176); TB_AT(tb_signals, heartbeat_ns, 192);
TB_AT(tb_signals, heartbeat_interval_ns, 200); TB_AT(tb_signals, publisher_cpu, 208);
TB_AT(tb_signals, next_deadline_ns, 256); TB_AT(tb_signals, wake_word, 384); TB_AT(tb_signals, next_sequence, 512);
TB_AT(tb_signals, source_clock, 640); TB_AT(tb_signals, source_offset_ns, 648);
TB_SIZE(tb_signals, 4096);

enum { TB_OPTION_PARKING = 1, TB_OPTION_FUTEX = 2, TB_OPTION_UNASKED = 4 };
enum { TB_OPEN = 1, TB_CLOSED = 2, TB_REPLACED = 3 };
#define TB_NO_DEADLINE INT64_MAX
#define TB_MOST (INT64_MAX / 2)                      /* no sequence is beyond this, so that none overflows */

struct tb_slot { int64_t stamp, word[7]; };          /* as it lies in a ring, of whatever kind */

struct tb_signal {                                   /* a copy */
    int64_t stamp, published_ns, deadline_ns, key;
    int32_t signal_id;
    uint16_t owner;
    uint8_t flags, payload_length;
    int32_t occurrence, generation;
    uint8_t payload[12];
    int32_t missed;
};
TB_AT(tb_signal, published_ns, 8); TB_AT(tb_signal, deadline_ns, 16); TB_AT(tb_signal, key, 24);
TB_AT(tb_signal, signal_id, 32); TB_AT(tb_signal, owner, 36); TB_AT(tb_signal, flags, 38);
TB_AT(tb_signal, payload_length, 39); TB_AT(tb_signal, occurrence, 40); TB_AT(tb_signal, generation, 44);
TB_AT(tb_signal, payload, 48); TB_AT(tb_signal, missed, 60); TB_SIZE(tb_signal, 64); TB_SIZE(tb_slot, 64);

enum { TB_LATE = 0x01, TB_COALESCED = 0x02, TB_RECOVERED = 0x04, TB_MAYBE_DUPLICATE = 0x08, TB_LAST = 0x10,
    TB_ABSENT = 0x20, TB_LOST = 0x40 };

static inline int32_t tb_missed(const struct tb_signal *signal) {
    return (signal->flags & TB_COALESCED) != 0 ? signal->missed : 0;
}

static inline void tb_write(struct tb_slot *ring, int64_t slots, int64_t sequence, const void *record) {
    struct tb_slot *slot = &ring[sequence & (slots - 1)];
    int64_t copy[8];
    memcpy(copy, record, sizeof copy);               /* whose stamp counts for nothing */
    tb_store(&slot->stamp, -(sequence + 1));
    tb_fence_release();
    for (int i = 0; i < 7; i++) {
        tb_store(&slot->word[i], copy[i + 1]);
    }
    tb_store_release(&slot->stamp, sequence + 1);
}

enum tb_found { TB_NOT_YET, TB_COMMITTED, TB_OVERRUN };

static inline enum tb_found tb_read(const struct tb_slot *ring, int64_t slots, int64_t q, void *record) {
    const struct tb_slot *slot = &ring[q & (slots - 1)];
    int64_t copy[8];                                 /* in registers, once the loops are unrolled */
    int64_t a = tb_load_acquire(&slot->stamp);
    if (a != q + 1) {
        return a > q + 1 || a < -(q + 1) ? TB_OVERRUN : TB_NOT_YET;
    }
    copy[0] = a;
#pragma GCC unroll 8
    for (int i = 0; i < 7; i++) {
        copy[i + 1] = tb_load(&slot->word[i]);
    }
    tb_fence_acquire();
    if (tb_load(&slot->stamp) != q + 1) {
        return TB_OVERRUN;
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        memcpy((char *) record + 8 * i, &copy[i], sizeof copy[i]);
    }
    return TB_COMMITTED;
}

static inline bool tb_has_news(const struct tb_slot *ring, int64_t slots, int64_t q) {
    int64_t a = tb_load_acquire(&ring[q & (slots - 1)].stamp);
    return a > q || a < -(q + 1);                    /* something to read, or a loss to be counted */
}

static inline int64_t tb_oldest(int64_t base, int64_t slots, int64_t next) {
    return next - slots + 1 > base ? next - slots + 1 : base;
}

/* The last sequence that a slot's stamp has begun; -1: none. */
static inline int64_t tb_begun(const struct tb_slot *ring, int64_t slots, int64_t q) {
    int64_t a = tb_load_acquire(&ring[q & (slots - 1)].stamp);
    return a < 0 ? -(a + 1) : a - 1;
}

/* After TB_OVERRUN: the sequence to continue at; -1: the file was tampered with. */
static inline int64_t tb_skip(const struct tb_slot *ring, int64_t slots, int64_t base, const int64_t *next_sequence,
        int64_t q) {
    int64_t begun = tb_begun(ring, slots, q);
    int64_t next = tb_load_acquire(next_sequence);       /* after the stamp */
    if (begun <= q || ((begun - q) & (slots - 1)) != 0 || next < begun - 1 || next > TB_MOST) {
        return -1;
    }
    int64_t oldest = tb_oldest(base, slots, next);
    return oldest > q + 1 ? oldest : q + 1;              /* or next, to get the newest */
}

struct tb_doorbell {
    int32_t daemon_word;
    uint8_t reserved_1[124];
    int32_t subscribers_parked;
    uint8_t reserved_2[3964];
};
TB_AT(tb_doorbell, daemon_word, 0); TB_AT(tb_doorbell, subscribers_parked, 128); TB_SIZE(tb_doorbell, 4096);

static inline void tb_ring(int32_t *word, uint32_t random) {
    uint32_t value = (uint32_t) tb_load(word) + (random | 1);
    tb_store_release(word, (int32_t) value);
    tb_fence();                                          /* before a sleep of one's own */
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* Returns after at most until_ns; check the slot then. bell: NULL where there is none, or it is lost. planned_ns is
   what nextDeadlineNs was where the sleep depends on that (section 9), else INT64_MIN. */
static inline void tb_park(const struct tb_signals *bus, int64_t slots, struct tb_doorbell *bell, int64_t q,
        int64_t until_ns, int64_t planned_ns) {
    const struct tb_slot *ring = (const struct tb_slot *) (const void *) (bus + 1);
    int64_t nap_ns = tb_now() + 1000000;
    int32_t options = tb_load(&bus->options), word = tb_load_acquire(&bus->wake_word);           /* 1. */
    bool can_be_woken = (options & 3) == 3 && (bell != NULL || (options & TB_OPTION_UNASKED) != 0);
    if (can_be_woken && (options & TB_OPTION_UNASKED) == 0) {
        tb_store(&bell->subscribers_parked, 1);                                                  /* 2. announce */
        tb_fence();                                                                              /* 3. */
    }
    if (tb_has_news(ring, slots, q)                                                              /* 4. */
            || tb_load_acquire(&bus->next_deadline_ns) < planned_ns) {
        return;
    }
    int64_t end_ns = can_be_woken || until_ns < nap_ns ? until_ns : nap_ns;
    struct timespec end = {end_ns / 1000000000, end_ns % 1000000000};
    syscall(SYS_futex, &bus->wake_word, FUTEX_WAIT_BITSET, word, &end, NULL, FUTEX_BITSET_MATCH_ANY);   /* 5. */
}

static inline void tb_wake_all(struct tb_signals *bus) {
    uint32_t next = (uint32_t) tb_load(&bus->wake_word) + 1;                                     /* the only writer */
    tb_store_release(&bus->wake_word, (int32_t) next);
    syscall(SYS_futex, &bus->wake_word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static inline void tb_wake(struct tb_signals *bus, struct tb_doorbell *bell) {
    if ((bus->options & TB_OPTION_UNASKED) == 0 && bell != NULL) {
        tb_fence();
        if (tb_load(&bell->subscribers_parked) == 0) {
            return;
        }
        tb_store(&bell->subscribers_parked, 0);
    }
    tb_wake_all(bus);
}

static const int64_t TB_GUARD_NS = 80000, TB_LEAST_GUARD_NS = 8000, TB_MOST_GUARD_NS = 150000;
static const int64_t TB_LATE_SPIN_NS = 100000, TB_PREEMPTED_NS = 250000;

struct tb_waiting {                                  /* what predictive waiting has learned; zeros at first */
    int64_t guard_ns, plain_until_ns;
    int32_t preempted;
};

/* Returns when there is something to read, or at until_ns, or earlier. */
static inline void tb_predict(struct tb_waiting *w, const struct tb_signals *bus, int64_t slots,
        struct tb_doorbell *bell, int64_t q, int64_t until_ns) {
    const struct tb_slot *ring = (const struct tb_slot *) (const void *) (bus + 1);
    int64_t due_ns = tb_load_acquire(&bus->next_deadline_ns);                                    /* before the slot */
    if (tb_has_news(ring, slots, q)) {
        return;
    }
    int64_t now_ns = tb_now(), guard_ns = w->guard_ns == 0 ? (w->guard_ns = TB_GUARD_NS) : w->guard_ns;
    if (due_ns == TB_NO_DEADLINE || due_ns < now_ns - TB_LATE_SPIN_NS || now_ns < w->plain_until_ns) {
        tb_park(bus, slots, bell, q, until_ns, due_ns == TB_NO_DEADLINE ? due_ns : INT64_MIN);
        return;
    }
    int64_t most_ns = (due_ns - now_ns) / 12 > 32000 ? (due_ns - now_ns) / 12 : 32000;           /* of a core */
    int64_t wake_ns = due_ns - (guard_ns < most_ns ? guard_ns : most_ns);
    if (now_ns < wake_ns) {
        int64_t end_ns = wake_ns < until_ns ? wake_ns : until_ns;
        tb_park(bus, slots, bell, q, end_ns, due_ns);
        int64_t late_ns = tb_now() - end_ns;
        if (late_ns >= 0) {                              /* learns the 98th percentile of the kernel's oversleep */
            guard_ns += late_ns + TB_LEAST_GUARD_NS > guard_ns ? 4000 : -80;
            guard_ns = guard_ns > TB_LEAST_GUARD_NS ? guard_ns : TB_LEAST_GUARD_NS;
            w->guard_ns = guard_ns < TB_MOST_GUARD_NS ? guard_ns : TB_MOST_GUARD_NS;
        }
        return;
    }
    int64_t end_ns = due_ns + TB_LATE_SPIN_NS < until_ns ? due_ns + TB_LATE_SPIN_NS : until_ns;
    for (int64_t last_ns = now_ns; last_ns < end_ns; last_ns = now_ns) {
        for (int i = 0; i < 4; i++) {
            bool is_planned = tb_load_acquire(&bus->next_deadline_ns) == due_ns;
            if (tb_has_news(ring, slots, q) || !is_planned) {
                w->preempted -= w->preempted > 0;
                return;
            }
        }
        now_ns = tb_now();
        if (now_ns - last_ns > TB_PREEMPTED_NS) {        /* there is no core to spin on */
            w->preempted += 16;
            if (w->preempted > 48) {
                w->preempted = 40;
                w->plain_until_ns = now_ns + 100000000;
            }
            return;
        }
    }
}

struct tb_counters {
    struct tb_file file;                             /* slot_count is C */
    int32_t buckets, buckets_per_power, histogram_count, late_slots;
    uint8_t reserved_1[8];
    int64_t history_id, epoch;
    uint8_t reserved_2[48];
    int64_t pid, start_ticks, pid_namespace;
    uint8_t reserved_3[3944];
};
struct tb_counter {
    int64_t value;
    int32_t id, unit;
    char label[48];                                  /* without a zero where all 48 are used */
};
struct tb_histogram {
    int32_t kind, reserved;
    int64_t key, sum_ns;
    char label[40];
    int64_t count[592];
};
struct tb_late_firing {
    int64_t stamp;
    int64_t deadline_ns, published_ns, sequence;
    int32_t signal_id;
    uint8_t cause, mode;
    uint16_t flags;
    int32_t owner, generation;
    int64_t cause_ns, detail;
};
struct tb_next_timer {
    int64_t stamp;
    int64_t deadline_ns, key, period_ns;
    int32_t signal_id, owner, place, count;
    uint8_t reserved[16];
};
#define TB_COUNTERS_VERSION 4
TB_AT(tb_next_timer, key, 16); TB_AT(tb_next_timer, signal_id, 32); TB_AT(tb_next_timer, owner, 36);
TB_AT(tb_next_timer, place, 40); TB_AT(tb_next_timer, count, 44); TB_SIZE(tb_next_timer, 64);
TB_AT(tb_counters, histogram_count, 48); TB_AT(tb_counters, late_slots, 52);
TB_AT(tb_histogram, key, 8); TB_AT(tb_histogram, sum_ns, 16);
TB_AT(tb_histogram, label, 24); TB_AT(tb_histogram, count, 64); TB_SIZE(tb_histogram, 4800);
TB_AT(tb_late_firing, sequence, 24); TB_AT(tb_late_firing, signal_id, 32); TB_AT(tb_late_firing, cause, 36);
TB_AT(tb_late_firing, mode, 37); TB_AT(tb_late_firing, flags, 38); TB_AT(tb_late_firing, owner, 40);
TB_AT(tb_late_firing, generation, 44); TB_AT(tb_late_firing, cause_ns, 48); TB_AT(tb_late_firing, detail, 56);
TB_SIZE(tb_late_firing, 64);
TB_AT(tb_counters, buckets, 40); TB_AT(tb_counters, buckets_per_power, 44); TB_AT(tb_counters, history_id, 64);
TB_AT(tb_counters, epoch, 72); TB_AT(tb_counters, pid, 128); TB_AT(tb_counters, start_ticks, 136);
TB_AT(tb_counters, pid_namespace, 144); TB_SIZE(tb_counters, 4096);
TB_AT(tb_counter, id, 8); TB_AT(tb_counter, unit, 12); TB_AT(tb_counter, label, 16); TB_SIZE(tb_counter, 64);

struct tb_command {
    int64_t stamp, key, deadline_ns, period_ns;
    int32_t signal_id;
    uint8_t type, flags, misfire, payload_length;
    uint32_t grace_us, catch_up_cap;
    uint8_t payload[12];
    int32_t generation;
};
TB_AT(tb_command, key, 8); TB_AT(tb_command, deadline_ns, 16); TB_AT(tb_command, period_ns, 24);
TB_AT(tb_command, signal_id, 32); TB_AT(tb_command, type, 36); TB_AT(tb_command, flags, 37);
TB_AT(tb_command, misfire, 38); TB_AT(tb_command, payload_length, 39); TB_AT(tb_command, grace_us, 40);
TB_AT(tb_command, catch_up_cap, 44); TB_AT(tb_command, payload, 48); TB_AT(tb_command, generation, 60);
TB_SIZE(tb_command, 64);

enum { TB_ARM = 1, TB_CANCEL = 2, TB_PAUSE = 3, TB_RESUME = 4, TB_LIST = 5, TB_GATEWAY = 6,
    TB_RESULT = 7 };
enum { TB_KEEP = 0x01, TB_ALL_OWNERS = 0x02, TB_PROCESS = 0x04, TB_DISK = 0x08, TB_CALENDAR = 0x10,
    TB_QUIET = 0x20, TB_EVERYWHERE = 0x40, TB_ONCE = 0x80 };
enum { TB_FIRE_ONCE = 0, TB_SKIP = 1, TB_FIRE_ALL = 2, TB_NUMBERED = 3, TB_NOT_BEFORE = 0x80 };

struct tb_client {
    struct tb_file file;                             /* slot_count is C */
    uint8_t reserved_1[24];
    int64_t uuid[2];                                 /* most significant half first */
    int64_t history_id, epoch;
    uint8_t reserved_2[4000];
};
TB_AT(tb_client, uuid, 64); TB_AT(tb_client, history_id, 80); TB_AT(tb_client, epoch, 88); TB_SIZE(tb_client, 4096);

struct tb_replies {
    struct tb_file file;                             /* slot_count is R */
    int32_t session_count;
    uint8_t reserved_1[20];
    int64_t history_id, epoch;
    uint8_t reserved_2[176];
    int64_t sleeping_until_ns;
    uint8_t reserved_3[3832];
};
struct tb_session {
    int64_t uuid[2];
    int32_t owner, reason;
    int32_t state;
    int32_t command_slots;
    int64_t pid;
    uint32_t user;
    uint8_t reserved_1[4];
    char name[64];                                   /* without a zero where all 64 are used */
    uint8_t reserved_2[16];
    int64_t consumed, pending_timers, next_reply;
    uint8_t reserved_3[104];
};
struct tb_reply {
    int64_t stamp, command_sequence, key, deadline_ns, signal_sequence;
    uint8_t code, reason;
    uint16_t owner;
    int32_t signal_id;
    int64_t period_ns, detail;
};
struct tb_listed_rest {                              /* a tb_reply of code TB_LISTED_REST */
    int64_t stamp, command_sequence, key, due_ns;
    uint32_t grace_us, catch_up_cap;
    uint8_t code, reason;
    uint16_t owner;
    int32_t generation;
    uint8_t payload[12], reserved, flags, misfire, payload_length;
};
TB_AT(tb_replies, session_count, 40); TB_AT(tb_replies, history_id, 64); TB_AT(tb_replies, epoch, 72);
TB_AT(tb_replies, sleeping_until_ns, 256); TB_SIZE(tb_replies, 4096);
TB_AT(tb_session, owner, 16); TB_AT(tb_session, reason, 20); TB_AT(tb_session, state, 24);
TB_AT(tb_session, command_slots, 28); TB_AT(tb_session, pid, 32); TB_AT(tb_session, user, 40);
TB_AT(tb_session, name, 48); TB_AT(tb_session, consumed, 128); TB_AT(tb_session, pending_timers, 136);
TB_AT(tb_session, next_reply, 144); TB_SIZE(tb_session, 256);
TB_AT(tb_reply, command_sequence, 8); TB_AT(tb_reply, key, 16); TB_AT(tb_reply, deadline_ns, 24);
TB_AT(tb_reply, signal_sequence, 32); TB_AT(tb_reply, code, 40); TB_AT(tb_reply, reason, 41);
TB_AT(tb_reply, owner, 42); TB_AT(tb_reply, signal_id, 44); TB_AT(tb_reply, period_ns, 48);
TB_AT(tb_reply, detail, 56); TB_SIZE(tb_reply, 64);
TB_AT(tb_listed_rest, due_ns, 24); TB_AT(tb_listed_rest, grace_us, 32); TB_AT(tb_listed_rest, catch_up_cap, 36);
TB_AT(tb_listed_rest, code, 40); TB_AT(tb_listed_rest, owner, 42); TB_AT(tb_listed_rest, generation, 44);
TB_AT(tb_listed_rest, payload, 48); TB_AT(tb_listed_rest, flags, 61); TB_AT(tb_listed_rest, misfire, 62);
TB_AT(tb_listed_rest, payload_length, 63); TB_SIZE(tb_listed_rest, 64);

enum { TB_FREE = 0, TB_CONNECTED = 1, TB_EVICTED = 2 };
enum { TB_ARMED = 1, TB_CANCELLED, TB_ALREADY_FIRED, TB_UNKNOWN, TB_FULL, TB_INVALID, TB_PAUSED, TB_RESUMED, TB_LISTED,
    TB_LIST_END, TB_LISTED_REST, TB_SUBMITTED, TB_UNCERTAIN, TB_FORWARDED, TB_FORWARDED_REST, TB_FORWARDED_NAME };
#define TB_REPLIES_VERSION 3

static inline struct tb_session *tb_session_at(struct tb_replies *replies, int64_t session) {
    return (struct tb_session *) (void *) (replies + 1) + session;
}

static inline struct tb_slot *tb_replies_of(struct tb_replies *replies, int32_t sessions, int64_t slots,
        int64_t session) {
    return (struct tb_slot *) (void *) tb_session_at(replies, sessions) + session * slots;
}

struct tb_message {
    int64_t magic;
    int32_t version, type;
    int64_t history_id, epoch, uuid[2];
    union {
        struct { int32_t slot_count, reserved; int64_t pid; char name[64]; } hello;
        struct { int32_t session, owner; int64_t next_reply; int32_t window; uint8_t reserved[60]; } welcome;
        struct { int32_t reason, text_length; char text[72]; } rejected;
    } of;
};
TB_AT(tb_message, version, 8); TB_AT(tb_message, type, 12); TB_AT(tb_message, history_id, 16);
TB_AT(tb_message, epoch, 24); TB_AT(tb_message, uuid, 32); TB_AT(tb_message, of.hello.slot_count, 48);
TB_AT(tb_message, of.hello.pid, 56); TB_AT(tb_message, of.hello.name, 64); TB_AT(tb_message, of.welcome.session, 48);
TB_AT(tb_message, of.welcome.owner, 52); TB_AT(tb_message, of.welcome.next_reply, 56);
TB_AT(tb_message, of.welcome.window, 64); TB_AT(tb_message, of.rejected.reason, 48);
TB_AT(tb_message, of.rejected.text_length, 52); TB_AT(tb_message, of.rejected.text, 56); TB_SIZE(tb_message, 128);

enum { TB_HELLO = 1, TB_WELCOME = 2, TB_REJECTED = 3 };

/* Sends command c; false: no room, nothing was done. bell: NULL where it is lost; the daemon then finds it at its next
   heartbeat at the latest. rung: -1 at first, kept by the caller. */
static inline bool tb_send_to(struct tb_client *ring, struct tb_replies *replies, struct tb_session *session,
        struct tb_doorbell *bell, int64_t c, const struct tb_command *command, int64_t *rung, uint32_t random) {
    int64_t slots = ring->file.slot_count;
    int64_t consumed = tb_load_acquire(&session->consumed);
    if ((uint64_t) c - (uint64_t) consumed >= (uint64_t) slots) {
        return false;
    }
    tb_write((struct tb_slot *) (void *) (ring + 1), slots, c, command);
    tb_fence();
    int64_t asleep_ns = tb_load(&replies->sleeping_until_ns);
    bool is_urgent = command->type != TB_ARM || (command->flags & TB_CALENDAR) != 0 || command->deadline_ns < asleep_ns;
    /* While the command rung for last is not consumed, the daemon has yet to read the ring, and finds this one too. */
    if (asleep_ns != INT64_MIN && bell != NULL && (is_urgent || c - consumed >= slots / 2)
            && tb_load_acquire(&session->consumed) > *rung) {
        *rung = c;
        tb_ring(&bell->daemon_word, random);
    }
    return true;
}

/* generation: of the latest ARM of this key, 0 after a CANCEL. */
static inline bool tb_is_current(const struct tb_signal *signal, int32_t owner, int32_t generation) {
    return generation != 0 && signal->owner == owner && signal->generation == generation;
}

#endif
