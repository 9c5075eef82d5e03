// SPDX-License-Identifier: Apache-2.0
/*
 * The conformance program in C; bench/conformance/README.md says what each command does and prints.
 *
 *   cc -std=c11 -O2 -I../../include -o conformance conformance.c
 */
#include <tickbus.h>

struct options {
    const char *bus, *from, *wait;
    int64_t count, timeout_ns, slow_every, slots, rate, warm_up;
    bool is_closed;
};

static int64_t after(int64_t delay_ns) {
    return tb_now() + delay_ns;
}

static void nap(int64_t ns) {
    struct timespec t = {ns / 1000000000, ns % 1000000000};
    nanosleep(&t, NULL);
}

static void ready(void) {
    puts("READY");
    fflush(stdout);
}

static int failed(const char *role, int64_t error) {
    printf("{\"language\":\"c\",\"role\":\"%s\",\"errors\":1,\"error\":\"%s\"}\n", role, tb_error_name(error));
    return 1;
}

/* Every field of a signal is a function of its sequence. */

static uint64_t key_of(int64_t sequence) {
    return (uint64_t) sequence * UINT64_C(0x9E3779B97F4A7C15);
}

static void fill(struct tb_signal *signal, int64_t sequence) {
    uint64_t key = key_of(sequence), first = key ^ (uint64_t) sequence;
    uint32_t second = (uint32_t) (key >> 17);
    memset(signal, 0, sizeof *signal);
    signal->key = (int64_t) key;
    signal->signal_id = (int32_t) (key & INT32_MAX);
    signal->payload_length = 12;
    memcpy(signal->payload, &first, 8);
    memcpy(signal->payload + 8, &second, 4);
}

static bool is_whole(const struct tb_signal *signal) {
    struct tb_signal expected;
    fill(&expected, signal->stamp - 1);
    return signal->key == expected.key && signal->signal_id == expected.signal_id && signal->occurrence == 0
            && signal->flags == 0 && signal->payload_length == 12 && memcmp(signal->payload, expected.payload, 12) == 0;
}

static enum tb_how how_of(const char *name) {
    return strcmp(name, "park") == 0 ? TB_PARK : strcmp(name, "predict") == 0 ? TB_PREDICT : TB_SPIN;
}

static int subscribe(const struct options *o) {
    struct tb_subscriber bus;
    struct tb_signal signal;
    int64_t torn = 0, order = 0, lost = 0, received = 0;
    int error = tb_attach(&bus, o->bus, strcmp(o->from, "oldest") == 0 ? TB_OLDEST : TB_NEWEST);
    if (error != TB_OK) {
        return failed("subscribe", error);
    }
    ready();
    int64_t first = bus.next, expected = first, idle_ns = after(o->timeout_ns), closed_ns = INT64_MAX;
    while (received + lost < o->count && tb_now() < idle_ns && tb_now() < closed_ns) {
        int event = tb_next(&bus, &signal, how_of(o->wait), 10000000);
        if (event < 0) {
            return failed("subscribe", event);
        } else if (event == TB_SIGNAL) {
            order += signal.stamp - 1 != expected;
            expected = signal.stamp;
            torn += !is_whole(&signal);
            received++;
            if (o->slow_every > 0 && received % o->slow_every == 0) {
                nap(1000000);
            }
        } else if (event == TB_LOSS) {
            order += bus.lost_from != expected;
            expected = bus.lost_from + bus.lost_count;
            lost += bus.lost_count;
        } else if (event == TB_NOTHING) {
            bool is_closed = bus.status == TB_ENDED && received + lost > 0;
            closed_ns = !is_closed ? INT64_MAX : closed_ns == INT64_MAX ? after(500000000) : closed_ns;
            continue;
        }
        if (received % 64 == 0) {
            idle_ns = after(o->timeout_ns);
        }
    }
    printf("{\"language\":\"c\",\"role\":\"subscribe\",\"received\":%lld,\"lost\":%lld,\"torn\":%lld,\"order\":%lld,"
            "\"stale\":0,\"errors\":0,\"first\":%lld,\"last\":%lld,\"epochs\":%lld}\n", (long long) received,
            (long long) lost, (long long) torn, (long long) order, (long long) first, (long long) (expected - 1),
            (long long) bus.epochs);
    tb_detach(&bus);
    return 0;
}

static int publish(const struct options *o) {
    struct tb_publisher bus;
    struct tb_signal signal;
    int error = tb_open(&bus, o->bus, o->slots);
    if (error != TB_OK) {
        return failed("publish", error);
    }
    ready();
    int64_t first = bus.next, start_ns = tb_now();
    for (int64_t i = 0; i < o->count; i++) {
        for (int64_t now_ns; o->rate > 0 && (now_ns = tb_now()) < start_ns + i * 1000000000 / o->rate;) {
            int64_t rest_ns = start_ns + i * 1000000000 / o->rate - now_ns;
            nap(rest_ns < 50000000 ? rest_ns : 50000000);
            tb_beat(&bus, tb_now());
        }
        fill(&signal, bus.next);
        int64_t sequence = tb_publish(&bus, &signal);
        if (sequence < 0) {
            return failed("publish", sequence);
        }
    }
    printf("{\"language\":\"c\",\"role\":\"publish\",\"published\":%lld,\"first\":%lld,\"errors\":0}\n",
            (long long) o->count, (long long) first);
    if (o->is_closed) {
        tb_close(&bus);
    }
    return 0;
}

struct tally {
    int64_t armed, rearmed, cancelled, fired, stale, early, lost, refused, replies;
    int32_t *generations;
};

/* Reads the replies and firings that are there. */
static int read_all(struct tb_timers *timers, int64_t count, struct tally *t) {
    struct tb_reply reply;
    struct tb_signal signal;
    int event;
    while ((event = tb_poll_reply(timers, &reply)) == 1) {
        t->replies++;
        t->cancelled += reply.code == TB_CANCELLED;
        t->refused += reply.code == TB_FULL || reply.code == TB_INVALID;
    }
    if (event < 0) {
        return event;
    }
    while ((event = tb_poll(&timers->bus, &signal)) > 0) {
        if (event == TB_LOSS) {
            t->lost += timers->bus.lost_count;
        } else if (event == TB_SIGNAL && signal.owner == timers->owner && signal.key >= 0 && signal.key < count) {
            bool is_current = tb_is_current(&signal, timers->owner, t->generations[signal.key]);
            t->fired += is_current;
            t->stale += !is_current;
            t->early += signal.published_ns < signal.deadline_ns;
        }
    }
    return event;
}

/* Calls again while there is no room. */
static int64_t sent(struct tb_timers *timers, int64_t key, int type, int64_t deadline_ns, int64_t count,
        struct tally *t) {
    for (;;) {
        int64_t result = type == TB_ARM ? tb_arm_at(timers, key, (int32_t) key, deadline_ns)
                : tb_tell(timers, (uint8_t) type, key);
        if (result != TB_E_NO_ROOM) {
            return result;
        }
        int error = read_all(timers, count, t);
        if (error < 0) {
            return error;
        }
    }
}

static int time_it(const struct options *o) {
    static struct tb_timers timers;
    struct tally t = {0};
    int64_t error = tb_connect(&timers, o->bus, NULL, o->timeout_ns);
    t.generations = calloc((size_t) o->count + 1, sizeof *t.generations);
    if (error != TB_OK || t.generations == NULL) {
        return failed("timers", error);
    }
    ready();
    int64_t commands = 0;
    for (int64_t i = 0; i < o->count; i++) {
        int64_t deadline_ns = after((5 + i % 50) * 1000000);
        error = sent(&timers, i, TB_ARM, deadline_ns, o->count, &t);
        t.generations[i] = (int32_t) error;
        t.armed++;
        commands++;
        if (error > 0 && i % 10 == 3) {
            error = sent(&timers, i, TB_ARM, deadline_ns + 10000000, o->count, &t);
            t.generations[i] = (int32_t) error;
            t.rearmed++;
            commands++;
        } else if (error > 0 && i % 10 == 7) {
            error = sent(&timers, i, TB_CANCEL, 0, o->count, &t);
            commands++;
        }
        error = error < 0 ? error : read_all(&timers, o->count, &t);
        if (error < 0) {
            return failed("timers", error);
        }
    }
    int64_t until_ns = after(o->timeout_ns);
    while ((t.replies < commands || t.fired < o->count - t.cancelled) && tb_now() < until_ns) {
        error = tb_await(&timers.bus, TB_PARK, after(1000000));
        error = error < 0 ? error : read_all(&timers, o->count, &t);
        if (error < 0) {
            return failed("timers", error);
        }
    }
    printf("{\"language\":\"c\",\"role\":\"timers\",\"armed\":%lld,\"rearmed\":%lld,\"cancelled\":%lld,\"fired\":%lld,"
            "\"stale\":%lld,\"early\":%lld,\"lost\":%lld,\"refused\":%lld,\"errors\":0}\n", (long long) t.armed,
            (long long) t.rearmed, (long long) t.cancelled, (long long) t.fired, (long long) t.stale,
            (long long) t.early, (long long) t.lost, (long long) t.refused);
    tb_disconnect(&timers);
    free(t.generations);
    return 0;
}

static int compare(const void *a, const void *b) {
    const int64_t *x = (const int64_t *) a, *y = (const int64_t *) b;
    return (*x > *y) - (*x < *y);
}

/* Of sorted values: the smallest that percent of them do not exceed. */
static long long percentile(const int64_t *sorted, int64_t count, int64_t percent) {
    return count == 0 ? 0 : (long long) sorted[(count * percent + 99) / 100 - 1];
}

static int64_t cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int measure(const struct options *o) {
    struct tb_subscriber bus;
    struct tb_signal signal;
    int error = tb_attach(&bus, o->bus, TB_NEWEST);
    int64_t *latencies = (int64_t *) calloc((size_t) o->count + 1, sizeof *latencies);
    if (error != TB_OK || latencies == NULL) {
        return failed("latency", error);
    }
    ready();
    int64_t received = 0, lost = 0, last_ns = tb_now(), start_ns = last_ns, start_cpu_ns = cpu_ns();
    int event = TB_SIGNAL;
    while (received < o->warm_up + o->count && event > TB_NOTHING) {
        event = tb_next(&bus, &signal, how_of(o->wait), o->timeout_ns);
        if (event == TB_SIGNAL) {
            last_ns = tb_now();
            if (received >= o->warm_up) {
                latencies[received - o->warm_up] = last_ns - signal.published_ns;
            }
            if (received++ == o->warm_up) {
                start_ns = last_ns;
                start_cpu_ns = cpu_ns();
            }
        } else if (event == TB_LOSS && received > o->warm_up) {
            lost += bus.lost_count;
        }
    }
    if (event < 0) {
        return failed("latency", event);
    }
    int64_t count = received > o->warm_up ? received - o->warm_up : 0, used_ns = cpu_ns() - start_cpu_ns;
    qsort(latencies, (size_t) count, sizeof *latencies, compare);
    printf("{\"language\":\"c\",\"role\":\"latency\",\"received\":%lld,\"lost\":%lld,\"p50Ns\":%lld,\"p99Ns\":%lld,"
            "\"maxNs\":%lld,\"cpuNs\":%lld,\"elapsedNs\":%lld,\"errors\":0}\n", (long long) count, (long long) lost,
            percentile(latencies, count, 50), percentile(latencies, count, 99), percentile(latencies, count, 100),
            (long long) used_ns, (long long) (last_ns - start_ns));
    tb_detach(&bus);
    free(latencies);
    return 0;
}

static int check(const struct options *o) {
    struct tb_subscriber bus;
    int error = tb_attach(&bus, o->bus, TB_OLDEST);
    if (error != TB_OK) {
        printf("{\"language\":\"c\",\"role\":\"check\",\"ok\":false,\"error\":\"%s\"}\n", tb_error_name(error));
        return 1;
    }
    tb_detach(&bus);
    puts("{\"language\":\"c\",\"role\":\"check\",\"ok\":true}");
    return 0;
}

/* All that is there, without waiting. */
static int read_there(const struct options *o) {
    static const char *const statuses[] = {"ALIVE", "STALLED", "DEAD", "CLOSED"};
    struct tb_subscriber bus;
    struct tb_signal s;
    int event = tb_attach(&bus, o->bus, TB_OLDEST);
    if (event != TB_OK) {
        return failed("read", event);
    }
    int64_t first = bus.next;
    const char *separator = "";
    printf("READY\n{\"language\":\"c\",\"role\":\"read\",\"signals\":[");
    while ((event = tb_poll(&bus, &s)) > TB_NOTHING) {
        if (event == TB_SIGNAL) {
            printf("%s[%lld,%lld,%lld,%lld,%d,%d,%d,%d,%d,%d,\"", separator, (long long) s.stamp - 1,
                    (long long) s.published_ns, (long long) s.deadline_ns, (long long) s.key, (int) s.signal_id,
                    s.owner, s.flags, (int) s.occurrence, (int) s.generation, (int) tb_missed(&s));
            for (int i = 0; i < s.payload_length && i < 12; i++) {
                printf("%02x", s.payload[i]);
            }
            printf("\"]");
            separator = ",";
        }
    }
    int64_t next = bus.next;
    event = event == TB_NOTHING ? tb_check(&bus, tb_now()) : event;
    if (event < 0) {
        printf("],\"errors\":1,\"error\":\"%s\"}\n", tb_error_name(event));
        return 1;
    }
    printf("],\"received\":%lld,\"lost\":%lld,\"absent\":%lld,\"first\":%lld,\"last\":%lld,\"status\":\"%s\","
            "\"errors\":0}\n", (long long) bus.received, (long long) bus.lost, (long long) bus.absent,
            (long long) first, (long long) next - 1, statuses[bus.status]);
    tb_detach(&bus);
    return 0;
}

int main(int argc, char **argv) {
    bool is_measuring = argc > 1 && strcmp(argv[1], "latency") == 0;
    struct options o = {NULL, "oldest", is_measuring ? "predict" : "park", 0, 10000000000, 0, 0, 0, 0, true};
    for (int i = 2; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        int64_t number = strtoll(value, NULL, 10);
        if (strcmp(name, "--bus") == 0) {
            o.bus = value;
        } else if (strcmp(name, "--from") == 0) {
            o.from = value;
        } else if (strcmp(name, "--wait") == 0) {
            o.wait = value;
        } else if (strcmp(name, "--count") == 0) {
            o.count = number;
        } else if (strcmp(name, "--timeout-ms") == 0) {
            o.timeout_ns = number * 1000000;
        } else if (strcmp(name, "--slow-every") == 0) {
            o.slow_every = number;
        } else if (strcmp(name, "--slots") == 0) {
            o.slots = number;
        } else if (strcmp(name, "--rate") == 0) {
            o.rate = number;
        } else if (strcmp(name, "--warm-up") == 0) {
            o.warm_up = number;
        } else if (strcmp(name, "--close") == 0) {
            o.is_closed = strcmp(value, "no") != 0;
        } else {
            return 2;
        }
    }
    const char *command = argc > 1 && argc % 2 == 0 && o.bus != NULL ? argv[1] : "";
    tb_catch_sigbus();
    if (strcmp(command, "subscribe") == 0) {
        return subscribe(&o);
    } else if (strcmp(command, "publish") == 0) {
        return publish(&o);
    } else if (strcmp(command, "timers") == 0) {
        return time_it(&o);
    } else if (strcmp(command, "latency") == 0) {
        return measure(&o);
    } else if (strcmp(command, "check") == 0) {
        return check(&o);
    } else if (strcmp(command, "read") == 0) {
        return read_there(&o);
    }
    fputs("usage: conformance subscribe|publish|timers|latency|check|read --bus DIRECTORY [--count N] …\n", stderr);
    return 2;
}
