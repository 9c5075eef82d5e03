// SPDX-License-Identifier: Apache-2.0
/*
 * Everything that a client can say to a daemon, by tickbus.h, and the golden files. The numbers in brackets are
 * sections of docs/WIRE_FORMAT.md.
 *
 *   cc -std=c11 -O2 -I../../include -o scenario scenario.c
 *   scenario BUS_DIRECTORY ring|socket ROUNDS
 *   scenario FOLDER_OF_GOLDEN_FILES vectors 1
 *
 * In each round it arms, re-arms, pauses, cancels and lists timers, and checks replies and signals. Between two rounds
 * it waits until its daemon has ended, and connects to the next. Exit codes: 0 done, 1 something differs from the
 * document.
 */
#include <tickbus.h>

#define MS INT64_C(1000000)
#define TIMEOUT_NS (30000 * MS)

static const char *folder;           /* the bus's directory, or that of the golden files */
static struct tb_timers timers;
static int64_t stale, current;

#define MUST(condition) ((condition) ? (void) 0 : failed(#condition, __LINE__))

static void failed(const char *condition, int line) {
    printf("FAILED line=%d %s errno=%d\n", line, condition, errno);
    exit(1);
}

static void send_command(struct tb_command command) {
    MUST(tb_send(&timers, &command) == timers.next_command - 1);
}

/* The next reply, which must answer the command sent last. */
static struct tb_reply reply_of(int code, int reason, int64_t key) {
    struct tb_reply reply;
    int found;
    for (int64_t until = tb_now() + TIMEOUT_NS; (found = tb_poll_reply(&timers, &reply)) == 0;) {
        MUST(tb_now() < until);
        usleep(100);
    }
    MUST(found == 1);
    if (reply.code != code || reply.reason != reason) {
        printf("REPLY code=%d reason=%d\n", reply.code, reply.reason);
    }
    MUST(reply.code == code && reply.reason == reason && reply.key == key);
    MUST(reply.command_sequence == timers.next_command - 1);
    return reply;
}

static void ask(int type, int64_t key, int code) {
    MUST(tb_tell(&timers, (uint8_t) type, key) == timers.next_command - 1);
    MUST(reply_of(code, 0, key).owner == timers.owner || type == TB_LIST);
}

/* Returns the generation of the arming. */
static int32_t arm(int64_t key, int64_t deadline_ns, int64_t period_ns) {
    struct tb_command command = {.key = key, .deadline_ns = deadline_ns, .period_ns = period_ns,
            .signal_id = 1000 + (int32_t) key, .grace_us = UINT32_MAX, .payload_length = 12, .payload = "to be fired"};
    int32_t generation = tb_arm(&timers, &command);
    MUST(generation > 0);
    struct tb_reply reply = reply_of(TB_ARMED, 0, key);
    MUST(reply.deadline_ns == deadline_ns && reply.period_ns == period_ns && reply.signal_id == command.signal_id);
    return generation;
}

/* [9, 16] The next signal of a key; counts it as current or stale. */
static struct tb_signal signal_of(int64_t key, int32_t latest) {
    struct tb_signal found = {0};
    while (true) {
        int event = tb_next(&timers.bus, &found, TB_PREDICT, TIMEOUT_NS);
        MUST(event == TB_SIGNAL);
        if (found.owner == timers.owner && found.key == key) {
            MUST(found.signal_id == 1000 + key && strcmp((char *) found.payload, "to be fired") == 0);
            MUST(found.payload_length == 12 && found.published_ns >= found.deadline_ns && tb_missed(&found) == 0);
            bool is_current = tb_is_current(&found, timers.owner, latest);
            current += is_current;
            stale += !is_current;
            return found;
        }
    }
}

static void list(int64_t key) {
    send_command((struct tb_command) {.type = TB_LIST});
    struct tb_reply listed = reply_of(TB_LISTED, 0, key);
    MUST(listed.detail == -1 - 0 && listed.deadline_ns == 0 && listed.owner == timers.owner);
    struct tb_listed_rest rest;
    listed = reply_of(TB_LISTED_REST, 0, key);
    memcpy(&rest, &listed, sizeof rest);
    MUST(rest.payload_length == 12 && strcmp((char *) rest.payload, "to be fired") == 0);
    MUST(rest.misfire == TB_FIRE_ONCE);
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
    int64_t until = tb_now() + TIMEOUT_NS;
    struct tb_signal found = {0};
    for (int64_t at = timers.bus.next; found.key != key || found.owner != timers.owner || found.generation != of;) {
        MUST(tb_now() < until);
        if (tb_read(timers.bus.ring, timers.bus.slots, at, &found) == TB_COMMITTED) {
            at++;
        } else {
            usleep(100);
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
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/doorbell", folder);
    MUST(truncate(path, 0) == 0);
    for (int i = 0; i < 5; i++) {
        int32_t latest = arm(7, tb_now() + 2 * MS, 0);
        MUST(signal_of(7, latest).generation == latest);
    }
}

static void play(bool has_ring, int rounds) {
    for (int i = 1; i <= rounds; i++) {
        int error = i > 1 ? tb_reconnect(&timers, TIMEOUT_NS)
                : has_ring ? tb_connect_to(&timers, folder, geteuid(), "c-ring", 8, TIMEOUT_NS)
                : tb_connect_to(&timers, folder, geteuid(), "c-socket", 0, TIMEOUT_NS);
        if (error != TB_OK) {
            printf("ERROR %s\n", tb_error_text(error));
        }
        MUST(error == TB_OK && (timers.ring != NULL) == has_ring);
        MUST(timers.session->pid == getpid() && timers.session->user == geteuid());
        printf("CONNECTED epoch=%lld owner=%d window=%lld\n", (long long) timers.replies->epoch, timers.owner,
                (long long) timers.window);
        one_shot();
        periodic();
        re_armed();
        others();
        if (has_ring) {
            without_doorbell();
        }
        printf("ROUND %d current=%lld stale=%lld commands=%lld\n", i, (long long) current, (long long) stale,
                (long long) timers.next_command);
        for (int64_t until = tb_now() + TIMEOUT_NS; i < rounds && tb_check_daemon(&timers, tb_now()) == TB_OK;) {
            MUST(tb_now() < until);
            usleep(1000);
        }
    }
    tb_disconnect(&timers);
    printf("LEFT\n");
}

/* [17] */

static void *golden(const char *name, long *length) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "r");
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
    MUST(s->file.slot_count == 4 && s->options == TB_OPTION_PARKING && s->clock_id == 1);
    MUST(s->history_id == 0x0123456789ABCDEF && s->epoch == 2 && s->state == TB_OPEN && s->next_sequence == 6);
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
    MUST(s->file.file_length == length && tb_load_acquire(&s->sleeping_until_ns) == INT64_C(1000000000000));
    struct tb_session *one = tb_session_at(s, 1);
    MUST(tb_load_acquire(&one->state) == TB_CONNECTED && one->owner == 65244 && one->command_slots == 4);
    MUST(tb_load_acquire(&one->consumed) == 6 && tb_load_acquire(&one->pending_timers) == 17);
    MUST(tb_load_acquire(&one->next_reply) == 6 && strcmp(one->name, "Pump_1.left-side") == 0);
    MUST(tb_load_acquire(&tb_session_at(s, 2)->state) == TB_EVICTED && tb_session_at(s, 2)->reason == 12);
    struct tb_reply r;
    struct tb_slot *ring = tb_replies_of(s, s->session_count, s->file.slot_count, 1);
    MUST(tb_read(ring, 4, 5, &r) == TB_COMMITTED && r.command_sequence == 5 && r.key == -6 && r.code == TB_LIST_END);
    MUST(r.code == TB_LIST_END && r.owner == 65239 && r.detail == -25);
    struct tb_listed_rest rest;
    MUST(tb_read(ring, 4, 4, &rest) == TB_COMMITTED);
    MUST(rest.command_sequence == 4 && rest.key == -5);
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
    MUST(tb_catch_sigbus() == TB_OK);
    folder = argv[1];
    if (strcmp(argv[2], "vectors") == 0) {
        check_signals();
        check_client();
        check_replies();
        check_counters();
        check_control();
        printf("VECTORS\n");
        return 0;
    }
    play(strcmp(argv[2], "ring") == 0, atoi(argv[3]));
    return 0;
}
