// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.core.internal.file.CounterDefinition;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.DurationHistogram;
import io.tickbus.core.internal.file.HistogramKind;
import io.tickbus.core.internal.file.NextTimers;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonMode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A daemon as its files showed it at one moment.
 *
 * @param problem  why one of the files cannot be read; null where all can
 * @param counters in the order of the file, with those of other versions that this one does not know
 * @param lateness of all firings since the daemon started
 * @param durations the other histograms of which a file has one of a kind, by their kinds
 * @param absentOwners the names of owners that have timers and no client, by their numbers
 * @param next      the timers that are due next
 */
public record DaemonSnapshot(String problem, List<Counter> counters, DurationCounts lateness,
        Map<HistogramKind, DurationCounts> durations, List<ClientSnapshot> clients,
        Map<Integer, String> absentOwners, List<NextTimers.Timer> next) {

    private static final Set<HistogramKind> SINGLE = EnumSet.of(HistogramKind.DUTY_CYCLE, HistogramKind.WAKE_UP,
            HistogramKind.HICCUP);

    /** A counter and its value. */
    public record Counter(CounterDefinition definition, long value) {
    }

    static DaemonSnapshot read(CountersFile file) {
        List<Counter> counters = new ArrayList<>();
        for (int i = 0; i < file.count(); i++) {
            counters.add(new Counter(file.definition(i), file.value(i)));
        }
        Map<HistogramKind, DurationCounts> durations = new EnumMap<>(HistogramKind.class);
        for (DurationHistogram histogram : file.histograms()) {
            if (SINGLE.contains(histogram.kind())) {
                durations.put(histogram.kind(), DurationCounts.of(histogram));
            }
        }
        return new DaemonSnapshot(null, counters, DurationCounts.of(file.lateness()), durations, List.of(), Map.of(),
                file.nextTimers().read());
    }

    static DaemonSnapshot unreadable(String problem) {
        return new DaemonSnapshot(problem, List.of(), DurationCounts.NONE, Map.of(), List.of(), Map.of(), List.of());
    }

    DaemonSnapshot with(List<ClientSnapshot> newClients, Map<Integer, String> newAbsentOwners, String newProblem) {
        return new DaemonSnapshot(newProblem, counters, lateness, durations, newClients, newAbsentOwners, next);
    }

    /** Whether its counters could be read. */
    public boolean isReadable() {
        return !counters.isEmpty();
    }

    /** A counter's value; 0 where this daemon has none of it. */
    public long value(DaemonCounter counter) {
        return counters.stream().filter(each -> each.definition().id() == counter.id()).mapToLong(Counter::value)
                .findFirst().orElse(0);
    }

    /** One of {@link #durations}; of nothing where the daemon has none of it. */
    public DurationCounts durations(HistogramKind kind) {
        return durations.getOrDefault(kind, DurationCounts.NONE);
    }

    /** How it waits; null before it has said so. */
    public DaemonMode mode() {
        return DaemonMode.of(value(DaemonCounter.MODE));
    }

    /** The client that a timer is of, by the number of its owner. */
    public static String clientName(int owner, Map<Integer, String> ownerNames) {
        return ownerNames.getOrDefault(owner, owner == 0 ? "(daemon)" : "owner " + owner);
    }

    /** The names of the owners of timers, by their numbers, clients or not; those without a name are left out. */
    public Map<Integer, String> ownerNames() {
        Map<Integer, String> names = new HashMap<>(absentOwners);
        clients.stream().filter(client -> client.name() != null && client.evictedBecause() == null)
                .forEach(client -> names.put(client.owner(), client.name()));
        return names;
    }
}
