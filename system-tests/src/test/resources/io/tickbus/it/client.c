// SPDX-License-Identifier: Apache-2.0
/*
 * Arms timers at a daemon, written from docs/WIRE_FORMAT.md alone; the numbers in brackets are its sections. Plain C11
 * on Linux; tickbus.h is the C blocks of that document.
 *
 *   cc -std=c11 -O2 -o client client.c
 *   client BUS_DIRECTORY ring|socket ROUNDS
 *   client FOLDER_OF_GOLDEN_FILES vectors 1
 *
 * In each round it arms, re-arms, pauses, cancels and lists timers, and checks replies and signals. Between two rounds
 * it waits until its daemon has ended, and connects to the next. Exit codes: 0 done, 1 something differs from the
 * document.
 */
#define _GNU_SOURCE
#include "tickbus.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define MS INT64_C(1000000)
#define TIMEOUT_NS (30000 * MS)
#define C_SLOTS 8

static int bus_fd;                   /* the bus's directory */
static struct tb_signals *bus;
static struct stat bus_file;
static struct tb_doorbell *bell;
static struct tb_replies *replies;
static size_t replies_length;
static int64_t q;                    /* the signal wanted next */

static bool has_ring;
static struct tb_client *ring;       /* NULL: over the socket */
static int control = -1;
static struct tb_message hello, welcome;
static struct tb_session *session;
static int64_t next_command, next_reply, rung;
static int32_t generation;
static int64_t stale, current;

#define MUST(condition) ((condition) ? (void) 0 : failed(#condition, __LINE__))

static void failed(const char *condition, int line) {
    printf("FAILED line=%d %s errno=%d\n", line, condition, errno);
    exit(1);
}

static uint32_t random32(void) {
    uint32_t value;
    MUST(getrandom(&value, sizeof value, 0) == sizeof value);
    return value;
}

static void nap(int64_t ns) {
    struct timespec t = {.tv_sec = 0, .tv_nsec = ns};
    nanosleep(&t, NULL);
}

/* [1] mapped memory that goes away */
static void on_bus_error(int number, siginfo_t *info, void *context) {
    (void) number;
    (void) context;
    tb_lost_page(info->si_addr);
}

/* [11] checks and maps a file; NULL: it does not exist. The caller checks the length and what its kind adds. */
static void *map(const char *name, int64_t magic, int64_t max_slots, struct stat *s) {
    int fd = openat(bus_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return NULL;
    }
    MUST(fd >= 0 && fstat(fd, s) == 0 && S_ISREG(s->st_mode) && s->st_uid == geteuid());
    struct tb_file f;
    MUST(s->st_size >= 4096 && pread(fd, &f, sizeof f, 0) == sizeof f);
    MUST(f.magic == magic && f.byte_order == TB_BYTE_ORDER && f.layout_version == (magic == TB_REPLIES_MAGIC ? TB_REPLIES_VERSION : TB_VERSION));
    MUST(f.header_bytes == 4096 && f.record_bytes == 64 && f.file_length == s->st_size);
    MUST(f.slot_count >= 2 && f.slot_count <= max_slots && (f.slot_count & (f.slot_count - 1)) == 0);
    void *memory = mmap(NULL, (size_t) s->st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    MUST(memory != MAP_FAILED);
    return memory;
}

static bool attach_signals(void) {
    struct stat s;
    struct tb_signals *found = map("signals", TB_SIGNALS_MAGIC, 1 << 24, &s);
    if (found == NULL) {
        return false;
    }
    MUST(found->file.file_length == 4096 + 64 * found->file.slot_count);
    MUST(found->clock_id == 1 && found->base_sequence >= 0);
    if (bus == NULL || found->history_id != bus->history_id) {
        q = atomic_load(&found->next_sequence);
    } else if (q < found->base_sequence) {
        q = found->base_sequence;
    }
    if (bus != NULL) {
        munmap(bus, (size_t) bus_file.st_size);
    }
    bus = found;
    bus_file = s;
    return true;
}

/* [7] */
static void attach_doorbell(void) {
    if (bell != NULL) {
        munmap(bell, sizeof *bell);
        bell = NULL;
    }
    int fd = openat(bus_fd, "doorbell", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && pwrite(fd, "", 1, 4095) == 1) {
        void *memory = mmap(NULL, sizeof *bell, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        bell = memory == MAP_FAILED ? NULL : memory;
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* [10] */
static bool is_gone(void) {
    if (atomic_load_explicit(&bus->state, memory_order_acquire) != TB_OPEN) {
        return true;
    }
    int64_t limit = 5 * atomic_load(&bus->heartbeat_interval_ns);
    if (tb_now() - atomic_load(&bus->heartbeat_ns) < (limit > 250 * MS ? limit : 250 * MS)) {
        return false;
    }
    int fd = openat(bus_fd, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    bool is_free = fd < 0 ? errno == ENOENT : fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
    if (fd >= 0) {
        close(fd);
    }
    return is_free;
}

/* [15] */
static bool open_control(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat s;
    if (fstatat(bus_fd, "control", &s, AT_SYMLINK_NOFOLLOW) != 0) {
        MUST(errno == ENOENT);
        return false;
    }
    MUST(S_ISSOCK(s.st_mode) && s.st_uid == geteuid());
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/control", bus_fd);
    control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(control >= 0);
    if (connect(control, (struct sockaddr *) &address, sizeof address) == 0) {
        return true;
    }
    MUST(errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN);
    close(control);
    return false;
}

/* [13] */
static void name_of_ring(char *name) {
    uint64_t high = (uint64_t) hello.uuid[0], low = (uint64_t) hello.uuid[1];
    sprintf(name, "clients/%08x-%04x-%04x-%04x-%012llx", (unsigned) (high >> 32), (unsigned) (high >> 16 & 0xFFFF),
            (unsigned) (high & 0xFFFF), (unsigned) (low >> 48), (unsigned long long) (low & 0xFFFFFFFFFFFF));
}

static bool make_ring(void) {
    char name[64];
    size_t length = sizeof *ring + C_SLOTS * sizeof(struct tb_slot);
    int fd = openat(bus_fd, "clients/.new-c", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT) {
        return false;
    }
    MUST(fd >= 0 && posix_fallocate(fd, 0, (off_t) length) == 0);
    ring = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    MUST(ring != MAP_FAILED);
    ring->file = (struct tb_file) {.layout_version = TB_VERSION, .byte_order = TB_BYTE_ORDER, .header_bytes = 4096,
            .record_bytes = 64, .slot_count = C_SLOTS, .file_length = (int64_t) length};
    memcpy(ring->uuid, hello.uuid, sizeof ring->uuid);
    ring->history_id = hello.history_id;
    ring->epoch = hello.epoch;
    ring->file.magic = TB_CLIENT_MAGIC;
    name_of_ring(name);
    return renameat(bus_fd, "clients/.new-c", bus_fd, name) == 0;
}

static void disconnect(void) {
    if (control >= 0) {
        close(control);
        control = -1;
    }
    if (replies != NULL) {
        munmap(replies, replies_length);
        replies = NULL;
    }
    if (ring != NULL) {
        munmap(ring, sizeof *ring + C_SLOTS * sizeof(struct tb_slot));
        ring = NULL;
    }
}

/* [16] connecting; one attempt */
static bool try_to_connect(void) {
    if (!attach_signals() || is_gone() || !open_control()) {
        return false;
    }
    struct stat s;
    replies = map("replies", TB_REPLIES_MAGIC, 1 << 24, &s);
    replies_length = replies == NULL ? 0 : (size_t) s.st_size;
    if (replies == NULL || replies->epoch != atomic_load(&bus->epoch) || replies->history_id != bus->history_id) {
        return false;
    }
    MUST(replies->session_count >= 1 && replies->session_count <= 4096);
    MUST(s.st_size == 4096 + replies->session_count * (256 + 64 * replies->file.slot_count));
    hello = (struct tb_message) {.magic = TB_CONTROL_MAGIC, .version = TB_VERSION, .type = TB_HELLO,
            .history_id = replies->history_id, .epoch = replies->epoch};
    MUST(getrandom(hello.uuid, sizeof hello.uuid, 0) == sizeof hello.uuid);
    hello.of.hello.slot_count = has_ring ? C_SLOTS : 0;
    hello.of.hello.pid = getpid();
    strcpy(hello.of.hello.name, has_ring ? "client.c-ring" : "client.c-socket");
    if (has_ring && !make_ring()) {
        return false;
    }
    bool is_answered = send(control, &hello, sizeof hello, MSG_NOSIGNAL) == sizeof hello
            && recv(control, &welcome, sizeof welcome, MSG_WAITALL) == sizeof welcome;
    if (!is_answered || welcome.type != TB_WELCOME) {
        char name[64];
        name_of_ring(name);
        unlinkat(bus_fd, name, 0);
        MUST(!is_answered || (welcome.type == TB_REJECTED && welcome.of.rejected.reason == 15));
        return false;
    }
    MUST(welcome.magic == TB_CONTROL_MAGIC && welcome.version == TB_VERSION && welcome.epoch == hello.epoch);
    MUST(memcmp(welcome.uuid, hello.uuid, sizeof hello.uuid) == 0);
    MUST(welcome.of.welcome.session < replies->session_count && (!has_ring || welcome.of.welcome.window == C_SLOTS));
    session = tb_session_at(replies, welcome.of.welcome.session);
    MUST(atomic_load(&session->state) == TB_CONNECTED && session->owner == welcome.of.welcome.owner);
    MUST(strcmp(session->name, hello.of.hello.name) == 0 && session->pid == getpid() && session->user == geteuid());
    next_command = 0;
    next_reply = welcome.of.welcome.next_reply;
    rung = -1;
    attach_doorbell();
    return true;
}

static void connect_to_daemon(void) {
    int64_t until = tb_now() + TIMEOUT_NS;
    while (!try_to_connect()) {
        disconnect();
        MUST(tb_now() < until);
        nap(MS);
    }
    printf("CONNECTED epoch=%lld session=%d owner=%d window=%d\n", (long long) replies->epoch,
            welcome.of.welcome.session, welcome.of.welcome.owner, welcome.of.welcome.window);
}

/* [16] */
static bool is_served(void) {
    char byte;
    ssize_t count = recv(control, &byte, 1, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) {
        return false;
    }
    MUST(count < 0);
    return atomic_load(&session->uuid[0]) == hello.uuid[0] && atomic_load(&session->uuid[1]) == hello.uuid[1]
            && atomic_load(&session->state) == TB_CONNECTED && atomic_load(&bus->epoch) == replies->epoch
            && atomic_load(&bus->state) == TB_OPEN;
}

/* [1] In this test only the doorbell is ever truncated. */
static void check_losses(void) {
    uint8_t *lost = atomic_load(&tb_lost);
    if (lost != NULL) {
        MUST(lost >= (uint8_t *) bell && lost < (uint8_t *) (bell + 1));
        atomic_store(&tb_lost, NULL);
        attach_doorbell();
    }
}

static void send_command(struct tb_command command) {
    if (ring != NULL) {
        MUST(tb_send(ring, replies, session, bell, next_command, &command, &rung, random32()));
        check_losses();
    } else {
        command.stamp = next_command + 1;
        MUST(send(control, &command, sizeof command, MSG_NOSIGNAL) == sizeof command);
    }
    next_command++;
}

/* The next reply, which must answer the command sent last. */
static struct tb_reply reply_of(int code, int reason, int64_t key) {
    struct tb_reply reply;
    int64_t until = tb_now() + TIMEOUT_NS;
    struct tb_slot *slots = tb_replies_of(replies, welcome.of.welcome.session);
    enum tb_found found;
    while ((found = tb_read(slots, replies->file.slot_count, next_reply, &reply)) == TB_NOT_YET) {
        MUST(is_served() && tb_now() < until);
        nap(MS / 10);
    }
    MUST(found == TB_COMMITTED && is_served());
    next_reply++;
    if (reply.code != code || reply.reason != reason) {
        printf("REPLY code=%d reason=%d\n", reply.code, reply.reason);
    }
    MUST(reply.code == code && reply.reason == reason && reply.key == key);
    MUST(reply.command_sequence == next_command - 1);
    return reply;
}

static void ask(int type, int64_t key, int code) {
    send_command((struct tb_command) {.type = (uint8_t) type, .key = key});
    MUST(reply_of(code, 0, key).owner == welcome.of.welcome.owner || type == TB_LIST);
}

/* Returns the generation of the arming. */
static int32_t arm(int64_t key, int64_t deadline_ns, int64_t period_ns) {
    generation = generation == -1 ? 1 : generation + 1;
    struct tb_command command = {.type = TB_ARM, .key = key, .deadline_ns = deadline_ns, .period_ns = period_ns,
            .signal_id = 1000 + (int32_t) key, .grace_us = UINT32_MAX, .payload_length = 12,
            .payload = "to be fired", .generation = generation};
    send_command(command);
    struct tb_reply reply = reply_of(TB_ARMED, 0, key);
    MUST(reply.deadline_ns == deadline_ns && reply.period_ns == period_ns && reply.signal_id == command.signal_id);
    return generation;
}

/* [9, 16] The next signal of a key; counts it as current or stale. */
static struct tb_signal signal_of(int64_t key, int32_t latest) {
    struct tb_slot *slots = (struct tb_slot *) (void *) (bus + 1);
    int64_t until = tb_now() + TIMEOUT_NS;
    struct tb_signal found;
    while (true) {
        enum tb_found result = tb_read(slots, bus->file.slot_count, q, &found);
        MUST(result != TB_OVERRUN && tb_now() < until);
        if (result == TB_NOT_YET) {
            tb_wait(bus, bell, q, tb_now() + 10 * MS);
            check_losses();
            continue;
        }
        q++;
        if (found.owner == welcome.of.welcome.owner && found.key == key) {
            MUST(found.signal_id == 1000 + key && strcmp((char *) found.payload, "to be fired") == 0);
            MUST(found.payload_length == 12 && found.published_ns >= found.deadline_ns && tb_missed(&found) == 0);
            bool is_current = tb_is_current(&found, welcome.of.welcome.owner, latest);
            current += is_current;
            stale += !is_current;
            return found;
        }
    }
}

static void list(int64_t key) {
    send_command((struct tb_command) {.type = TB_LIST});
    struct tb_reply listed = reply_of(TB_LISTED, 0, key);
    MUST(listed.detail == -1 - 0 && listed.deadline_ns == 0 && listed.owner == welcome.of.welcome.owner);
    struct tb_listed_rest rest;
    listed = reply_of(TB_LISTED_REST, 0, key);
    memcpy(&rest, &listed, sizeof rest);
    MUST(rest.payload_length == 12 && strcmp((char *) rest.payload, "to be fired") == 0 && rest.misfire == TB_FIRE_ONCE);
    MUST(reply_of(TB_LIST_END, 0, 0).detail == 0);
}

static void one_shot(void) {
    int64_t due = tb_now() + 20 * MS;
    int32_t latest = arm(1, due, 0);
    struct tb_signal fired = signal_of(1, latest);
    MUST(fired.deadline_ns == due && (fired.flags & TB_LAST) != 0 && fired.generation == latest);
    ask(TB_CANCEL, 1, TB_ALREADY_FIRED);
}

static void periodic(void) {
    int64_t due = tb_now() + 5 * MS;
    int32_t latest = arm(2, due, 5 * MS);
    for (int i = 0; i < 5; i++) {
        struct tb_signal fired = signal_of(2, latest);
        MUST(fired.occurrence == i && fired.deadline_ns == due + i * 5 * MS && fired.flags == 0);
    }
    ask(TB_CANCEL, 2, TB_CANCELLED);
    ask(TB_CANCEL, 2, TB_UNKNOWN);
}

/* Waits for a firing without consuming it. */
static void await_firing(int64_t key, int32_t of) {
    struct tb_slot *slots = (struct tb_slot *) (void *) (bus + 1);
    int64_t until = tb_now() + TIMEOUT_NS;
    struct tb_signal found = {0};
    for (int64_t at = q; found.key != key || found.owner != welcome.of.welcome.owner || found.generation != of;) {
        MUST(tb_now() < until);
        if (tb_read(slots, bus->file.slot_count, at, &found) == TB_COMMITTED) {
            at++;
        } else {
            nap(MS / 10);
        }
    }
}

/* The timer is armed again before its firing is read: the first signal is stale, the second is current. */
static void re_armed(void) {
    int64_t stale_before = stale;
    int32_t earlier = arm(3, tb_now(), 0);
    await_firing(3, earlier);
    int32_t latest = arm(3, tb_now() + 20 * MS, 0);
    MUST(signal_of(3, latest).generation == earlier && stale == stale_before + 1);
    MUST(signal_of(3, latest).generation == latest && stale == stale_before + 1);
}

static void others(void) {
    arm(4, tb_now() + 100000 * MS, 0);
    ask(TB_PAUSE, 4, TB_PAUSED);
    list(4);
    ask(TB_RESUME, 4, TB_RESUMED);
    ask(TB_CANCEL, 4, TB_CANCELLED);
    ask(TB_PAUSE, 5, TB_UNKNOWN);
    send_command((struct tb_command) {.type = TB_ARM, .flags = TB_ALL_OWNERS, .key = 6});
    reply_of(TB_INVALID, 2, 6);
    send_command((struct tb_command) {.type = TB_ARM, .deadline_ns = -1, .key = 6});
    reply_of(TB_INVALID, 3, 6);
    send_command((struct tb_command) {.type = TB_ARM, .period_ns = 999, .key = 6});
    reply_of(TB_INVALID, 4, 6);
    send_command((struct tb_command) {.type = TB_ARM, .misfire = TB_FIRE_ALL, .key = 6});
    reply_of(TB_INVALID, 6, 6);
    send_command((struct tb_command) {.type = TB_ARM, .misfire = TB_SKIP, .period_ns = MS, .key = 6});
    reply_of(TB_INVALID, 19, 6);
    send_command((struct tb_command) {.type = TB_ARM, .payload_length = 13, .key = 6});
    reply_of(TB_INVALID, 7, 6);
    send_command((struct tb_command) {.type = TB_CANCEL, .flags = TB_KEEP, .key = 6});
    reply_of(TB_INVALID, 2, 6);
    send_command((struct tb_command) {.type = 6, .key = 6});
    reply_of(TB_INVALID, 1, 6);
}

/* [1, 7] The doorbell is lost while the daemon may be about to restore it: neither side ends. */
static void without_doorbell(void) {
    int fd = openat(bus_fd, "doorbell", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    MUST(fd >= 0 && ftruncate(fd, 0) == 0);
    close(fd);
    for (int i = 0; i < 5; i++) {
        int32_t latest = arm(7, tb_now() + 2 * MS, 0);
        MUST(signal_of(7, latest).generation == latest);
    }
}

static void play(int rounds) {
    generation = (int32_t) (random32() | 1);
    for (int i = 1; i <= rounds; i++) {
        connect_to_daemon();
        one_shot();
        periodic();
        re_armed();
        others();
        if (ring != NULL) {
            without_doorbell();
        }
        printf("ROUND %d current=%lld stale=%lld commands=%lld\n", i, (long long) current, (long long) stale,
                (long long) next_command);
        int64_t until = tb_now() + TIMEOUT_NS;
        while (i < rounds && is_served()) {
            MUST(tb_now() < until);
            nap(MS);
        }
        disconnect();
    }
    printf("LEFT\n");
}

/* [17] */

static void *golden(const char *name, long *length) {
    int fd = openat(bus_fd, name, O_RDONLY);
    FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
    MUST(in != NULL && fscanf(in, "length %ld", length) == 1);
    uint8_t *bytes = calloc(1, (size_t) *length);
    MUST(bytes != NULL);
    unsigned at, value;
    while (fscanf(in, "%x", &at) == 1) {
        for (int i = 0; i < 16; i++) {
            MUST(fscanf(in, "%x", &value) == 1 && at + 16 <= (unsigned long) *length);
            bytes[at + (unsigned) i] = (uint8_t) value;
        }
    }
    fclose(in);
    return bytes;
}

static void check_signals(void) {
    long length;
    struct tb_signals *s = golden("signals-v2.hex", &length);
    struct tb_slot *slots = (struct tb_slot *) (void *) (s + 1);
    MUST(s->file.magic == TB_SIGNALS_MAGIC && s->file.layout_version == TB_VERSION && s->file.file_length == length);
    MUST(s->file.slot_count == 4 && s->options == TB_OPTION_PARKING && s->clock_id == 1 && s->history_id == 0x0123456789ABCDEF);
    MUST(atomic_load(&s->epoch) == 2 && atomic_load(&s->state) == TB_OPEN && atomic_load(&s->next_sequence) == 6);
    struct tb_signal r;
    MUST(tb_read(slots, 4, 2, &r) == TB_OVERRUN && tb_skip(slots, 4, 0, &s->next_sequence, 2) == 3);
    MUST(tb_read(slots, 4, 6, &r) == TB_NOT_YET && !tb_has_news(slots, 4, 6) && tb_has_news(slots, 4, 5));
    MUST(tb_read(slots, 4, 3, &r) == TB_COMMITTED && tb_read(slots, 4, 5, &r) == TB_COMMITTED);
    MUST(tb_read(slots, 4, 4, &r) == TB_COMMITTED && r.key == -5 && r.signal_id == 1004 && r.owner == 0xFF04);
    MUST(r.flags == (TB_COALESCED | TB_LAST) && r.payload_length == 12 && memcmp(r.payload, "0123456789AB", 12) == 0);
    MUST(r.occurrence == 28 && r.generation == -52 && tb_missed(&r) == 44);
    free(s);
}

static void check_client(void) {
    long length;
    struct tb_client *c = golden("client-v2.hex", &length);
    struct tb_slot *slots = (struct tb_slot *) (void *) (c + 1);
    MUST(c->file.magic == TB_CLIENT_MAGIC && c->file.slot_count == 4 && c->file.file_length == length && c->epoch == 7);
    MUST(c->uuid[0] == 0x0011223344556677 && (uint64_t) c->uuid[1] == 0x8899AABBCCDDEEFF);
    struct tb_command r, again;
    MUST(tb_read(slots, 4, 3, &r) == TB_COMMITTED && r.type == TB_ARM && r.key == -4 && r.signal_id == -43);
    MUST(r.deadline_ns == INT64_C(1000000000000) && r.period_ns == 50000 && r.flags == (TB_DISK | TB_CALENDAR));
    MUST(r.misfire == TB_FIRE_ALL && r.grace_us == 4294967294 && r.catch_up_cap == 1000 && r.generation == 0x0E0D);
    MUST(r.payload_length == 12 && r.payload[0] == 1 && r.payload[11] == 12);
    struct tb_slot written[4] = {0};
    tb_write(written, 4, 3, &r);
    MUST(memcmp(&written[3], &slots[3], sizeof written[3]) == 0);
    MUST(tb_read(written, 4, 3, &again) == TB_COMMITTED && tb_read(slots, 4, 6, &again) == TB_NOT_YET);
    free(c);
}

static void check_replies(void) {
    long length;
    struct tb_replies *s = golden("replies-v3.hex", &length);
    MUST(s->file.magic == TB_REPLIES_MAGIC && s->session_count == 3 && s->file.slot_count == 4 && s->epoch == 7);
    MUST(s->file.file_length == length && atomic_load(&s->sleeping_until_ns) == INT64_C(1000000000000));
    struct tb_session *one = tb_session_at(s, 1);
    MUST(atomic_load(&one->state) == TB_CONNECTED && one->owner == 65244 && one->command_slots == 4);
    MUST(atomic_load(&one->consumed) == 6 && atomic_load(&one->pending_timers) == 17);
    MUST(atomic_load(&one->next_reply) == 6 && strcmp(one->name, "Pump_1.left-side") == 0);
    MUST(atomic_load(&tb_session_at(s, 2)->state) == TB_EVICTED && tb_session_at(s, 2)->reason == 12);
    struct tb_reply r;
    MUST(tb_read(tb_replies_of(s, 1), 4, 5, &r) == TB_COMMITTED && r.command_sequence == 5 && r.key == -6);
    MUST(r.code == TB_LIST_END && r.owner == 65239 && r.detail == -25);
    struct tb_listed_rest rest;
    MUST(tb_read(tb_replies_of(s, 1), 4, 4, &rest) == TB_COMMITTED && rest.command_sequence == 4 && rest.key == -5);
    MUST(rest.code == TB_LISTED_REST && rest.due_ns == INT64_C(1000000000004) && rest.generation == -52);
    MUST(rest.grace_us == 4294967294 && rest.catch_up_cap == 1000 && rest.misfire == TB_FIRE_ALL);
    MUST(rest.flags == (TB_KEEP | TB_CALENDAR) && rest.payload_length == 12 && rest.payload[11] == 12);
    free(s);
}

static void check_counters(void) {
    long length;
    struct tb_counters *c = golden("counters-v4.hex", &length);
    MUST(c->file.magic == TB_COUNTERS_MAGIC && c->file.layout_version == TB_COUNTERS_VERSION);
    MUST(c->buckets == 592 && c->buckets_per_power == 16 && c->histogram_count == 3 && c->late_slots == 4);
    MUST(length == 4096 + 64 * c->file.slot_count + 4800 * c->histogram_count + 64 * c->late_slots + 1024);
    struct tb_histogram *h = (struct tb_histogram *) ((char *) c + 4096 + 64 * c->file.slot_count);
    MUST(h->kind == 1 && h->key == 2 && strcmp(h->label, "hybrid") == 0 && h->count[96] == 2);
    MUST(h[1].kind == 2 && h[1].key == -42 && h[1].sum_ns == 1000000);
    struct tb_late_firing *late = (struct tb_late_firing *) (h + 3);
    MUST(late->stamp == 5 && late->sequence == 1004 && late->signal_id == -46 && late->cause == 4 && late->mode == 3);
    MUST(late->flags == 0x12 && late->owner == 65244 && late->generation == -52);
    MUST(late->cause_ns == 900004 && late->detail == -4 && late[2].stamp == 3);
    struct tb_next_timer *next = (struct tb_next_timer *) (late + 4);
    MUST(next[2].stamp == 3 && next[2].deadline_ns == 7000002 && next[2].key == -9 && next[2].period_ns == 16000);
    MUST(next[2].signal_id == -11 && next[2].owner == 65246 && next[2].place == 2 && next[2].count == 3);
    MUST(next[3].place == 0 && next[3].count == 2 && next[4].stamp == 0);
    free(c);
}

static void check_control(void) {
    long length;
    struct tb_message *m = golden("control-v2.hex", &length);
    MUST(length == 3 * (long) sizeof *m && m[0].magic == TB_CONTROL_MAGIC && m[0].version == TB_VERSION);
    MUST(m[0].type == TB_HELLO && m[0].of.hello.slot_count == 4 && m[0].of.hello.pid == 4711);
    MUST(strcmp(m[0].of.hello.name, "Pump_1.left-side") == 0 && m[1].type == TB_WELCOME);
    MUST(m[1].of.welcome.session == 17 && m[1].of.welcome.owner == 65244 && m[1].of.welcome.window == 256);
    MUST(m[1].of.welcome.next_reply == INT64_C(1) << 40 && m[2].type == TB_REJECTED && m[2].of.rejected.reason == 10);
    MUST(m[2].of.rejected.text_length == 17 && memcmp(m[2].of.rejected.text, "as many as it may", 17) == 0);
    free(m);
}

int main(int argc, char **argv) {
    MUST(argc == 4);
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGBUS, &action, NULL) == 0);
    bus_fd = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
    MUST(bus_fd >= 0);
    if (strcmp(argv[2], "vectors") == 0) {
        check_signals();
        check_client();
        check_replies();
        check_counters();
        check_control();
        printf("VECTORS\n");
        return 0;
    }
    has_ring = strcmp(argv[2], "ring") == 0;
    play(atoi(argv[3]));
    return 0;
}
