// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.tickbus.core.CounterUnit;
import io.tickbus.core.LateCause;
import io.tickbus.core.internal.file.CounterDefinition;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.daemon.DaemonCounter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which metric each counter of the daemon is, and with which label. */
final class CounterMetrics {
    private record Target(BusMetric metric, String label, String value) {
    }

    private static final List<String> DUE_WITHIN =
            List.of("1ms", "10ms", "100ms", "1s", "10s", "1min", "1h", "later", "paused");
    private static final Map<Integer, Target> TARGETS = new HashMap<>();

    static {
        put(DaemonCounter.FIRINGS, BusMetric.FIRINGS);
        put(DaemonCounter.FIRINGS_LATE, BusMetric.FIRINGS_LATE);
        put(DaemonCounter.OCCURRENCES_MISSED, BusMetric.OCCURRENCES_MISSED);
        put(DaemonCounter.LATENESS_MAX, BusMetric.LATENESS_MAX);
        put(DaemonCounter.TIMERS_PENDING, BusMetric.TIMERS_PENDING);
        for (int i = 0; i < DUE_WITHIN.size(); i++) {
            put(DaemonCounter.DUE.get(i), BusMetric.TIMERS_DUE, "within", DUE_WITHIN.get(i));
        }
        put(DaemonCounter.COMMANDS_ARM, BusMetric.COMMANDS, "kind", "arm");
        put(DaemonCounter.COMMANDS_CANCEL, BusMetric.COMMANDS, "kind", "cancel");
        put(DaemonCounter.COMMANDS_PAUSE, BusMetric.COMMANDS, "kind", "pause");
        put(DaemonCounter.COMMANDS_RESUME, BusMetric.COMMANDS, "kind", "resume");
        put(DaemonCounter.COMMANDS_LIST, BusMetric.COMMANDS, "kind", "list");
        put(DaemonCounter.COMMANDS_UNKNOWN, BusMetric.COMMANDS, "kind", "unknown");
        put(DaemonCounter.REPLIES_FULL, BusMetric.REPLIES, "result", "full");
        put(DaemonCounter.REPLIES_INVALID, BusMetric.REPLIES, "result", "invalid");
        put(DaemonCounter.REFUSED_TIMERS, BusMetric.REFUSED, "reason", "timers");
        put(DaemonCounter.REFUSED_FIRINGS, BusMetric.REFUSED, "reason", "firings");
        put(DaemonCounter.REFUSED_ARMINGS, BusMetric.REFUSED, "reason", "armings");
        put(DaemonCounter.REFUSED_JOURNAL, BusMetric.REFUSED, "reason", "journal");
        put(DaemonCounter.CLIENTS_CONNECTED, BusMetric.CLIENTS);
        put(DaemonCounter.CLIENTS_ADMITTED, BusMetric.CLIENT_EVENTS, "event", "admitted");
        put(DaemonCounter.CLIENTS_REJECTED, BusMetric.CLIENT_EVENTS, "event", "rejected");
        put(DaemonCounter.REJECTED_CLIENTS, BusMetric.CLIENTS_REJECTED, "reason", "clients");
        put(DaemonCounter.REJECTED_FILE, BusMetric.CLIENTS_REJECTED, "reason", "file");
        put(DaemonCounter.REJECTED_HELLO, BusMetric.CLIENTS_REJECTED, "reason", "hello");
        put(DaemonCounter.REJECTED_EPOCH, BusMetric.CLIENTS_REJECTED, "reason", "epoch");
        put(DaemonCounter.REJECTED_OPEN_FILES, BusMetric.CLIENTS_REJECTED, "reason", "open_files");
        put(DaemonCounter.REJECTED_USER, BusMetric.CLIENTS_REJECTED, "reason", "user");
        put(DaemonCounter.CLIENTS_CLOSED, BusMetric.CLIENT_EVENTS, "event", "closed");
        put(DaemonCounter.CLIENTS_EVICTED, BusMetric.CLIENT_EVENTS, "event", "evicted");
        put(DaemonCounter.DUTY_CYCLES, BusMetric.DUTY_CYCLES);
        put(DaemonCounter.DUTY_CYCLE_MAX, BusMetric.DUTY_CYCLE_MAX);
        put(DaemonCounter.EXPIRE_BACKLOG_CYCLES, BusMetric.DUTY_CYCLES_LIMITED);
        put(DaemonCounter.SLEEPS, BusMetric.SLEEPS);
        put(DaemonCounter.WAKE_UPS, BusMetric.WAKE_UPS, "result", "work");
        put(DaemonCounter.WAKE_UPS_SPURIOUS, BusMetric.WAKE_UPS, "result", "spurious");
        put(DaemonCounter.DOORBELL_RINGS, BusMetric.DOORBELL_RINGS);
        put(DaemonCounter.GUARD, BusMetric.WAKE_GUARD);
        put(DaemonCounter.PREEMPTIONS, BusMetric.SPIN_INTERRUPTIONS);
        put(DaemonCounter.YIELDING, BusMetric.SPINNING_SUSPENDED);
        put(DaemonCounter.CONDUCTOR_ROUNDS, BusMetric.CLIENT_THREAD_CYCLES);
        put(DaemonCounter.CONDUCTOR_ROUND_MAX, BusMetric.CLIENT_THREAD_CYCLE_MAX);
        put(DaemonCounter.TIMER_THREAD_STALLS, BusMetric.STALLS, "thread", "timers");
        put(DaemonCounter.CONDUCTOR_STALLS, BusMetric.STALLS, "thread", "clients");
        put(DaemonCounter.TIMER_THREAD_ERRORS, BusMetric.ERRORS, "thread", "timers");
        put(DaemonCounter.CONDUCTOR_ERRORS, BusMetric.ERRORS, "thread", "clients");
        put(DaemonCounter.FAULTS, BusMetric.FILE_FAULTS);
        put(DaemonCounter.CPU_TIME, BusMetric.CPU);
        put(DaemonCounter.SETTINGS_GENERATION, BusMetric.SETTINGS_GENERATION);
        put(DaemonCounter.SETTINGS_ERRORS, BusMetric.SETTINGS_ERRORS);
        put(DaemonCounter.JOURNAL_ENTRIES, BusMetric.JOURNAL_ENTRIES);
        put(DaemonCounter.JOURNAL_BACKLOG, BusMetric.JOURNAL_BACKLOG);
        put(DaemonCounter.JOURNAL_LAG, BusMetric.JOURNAL_LAG);
        put(DaemonCounter.JOURNAL_SIGNALS, BusMetric.JOURNAL_SIGNALS);
        put(DaemonCounter.JOURNAL_SIGNALS_MISSED, BusMetric.JOURNAL_SIGNALS_MISSED);
        put(DaemonCounter.JOURNAL_BYTES, BusMetric.JOURNAL_BYTES);
        put(DaemonCounter.JOURNAL_SYNCS, BusMetric.JOURNAL_SYNCS);
        put(DaemonCounter.JOURNAL_FAILURES, BusMetric.JOURNAL_FAILURES);
        put(DaemonCounter.JOURNAL_UNAVAILABLE, BusMetric.JOURNAL_UNAVAILABLE);
        put(DaemonCounter.JOURNAL_UNREADABLE, BusMetric.JOURNAL_UNREADABLE);
        put(DaemonCounter.TIMERS_RECOVERED, BusMetric.TIMERS_RECOVERED);
        put(DaemonCounter.CLUSTER_WAITING, BusMetric.CLUSTER_WAITING);
        put(DaemonCounter.CLUSTER_UNCERTAIN, BusMetric.CLUSTER_UNCERTAIN);
        put(DaemonCounter.CLOCK_STEPS, BusMetric.CLOCK_STEPS);
        put(DaemonCounter.LATEST_DEADLINE, BusMetric.FURTHEST_DEADLINE);
        put(DaemonCounter.CYCLES_SLOW, BusMetric.DUTY_CYCLES_SLOW);
        put(DaemonCounter.LATE_THRESHOLD, BusMetric.LATE_THRESHOLD);
        for (LateCause cause : LateCause.values()) {
            put(DaemonCounter.of(cause), BusMetric.LATE_FIRINGS, "cause", cause.label());
        }
    }

    private CounterMetrics() {
    }

    private static void put(DaemonCounter counter, BusMetric metric, String... label) {
        TARGETS.put(counter.id(), new Target(metric, label.length == 0 ? null : label[0],
                label.length == 0 ? null : label[1]));
    }

    /** Whether a metric shows it. */
    static boolean isShown(DaemonCounter counter) {
        return TARGETS.containsKey(counter.id());
    }

    /** Adds all counters of a daemon; those of another version that are not known here are left out. */
    static void add(CountersFile file, String bus, Samples samples) {
        for (int place = 0; place < file.count(); place++) {
            CounterDefinition counter = file.definition(place);
            Target target = TARGETS.get(counter.id());
            if (target != null) {
                boolean isDuration = counter.unit() == CounterUnit.NANOSECONDS
                        || counter.unit() == CounterUnit.NANOSECONDS_TOTAL;
                long value = file.value(place);
                samples.add(target.metric(), isDuration ? Samples.seconds(value) : value, target.label() == null
                        ? new String[] {"bus", bus} : new String[] {"bus", bus, target.label(), target.value()});
            }
        }
        long named = value(file, DaemonCounter.TIMER_THREAD_STALLS) + value(file, DaemonCounter.CONDUCTOR_STALLS);
        samples.add(BusMetric.STALLS, value(file, DaemonCounter.STALLS) - named, "bus", bus, "thread", "other");
        long refused = Stream.of(DaemonCounter.REPLIES_FULL, DaemonCounter.REPLIES_INVALID)
                .mapToLong(counter -> value(file, counter)).sum();
        samples.add(BusMetric.REPLIES, value(file, DaemonCounter.REPLIES) - refused, "bus", bus, "result", "accepted");
        samples.add(BusMetric.REFUSED, value(file, DaemonCounter.REPLIES_INVALID), "bus", bus, "reason", "invalid");
    }

    /** A counter's value; 0 in a file of a version that does not have it. */
    static long value(CountersFile file, DaemonCounter counter) {
        int place = file.find(counter.id());
        return place < 0 ? 0 : file.value(place);
    }
}
