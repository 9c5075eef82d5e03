// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import io.tickbus.cli.PeriodText;
import io.tickbus.cli.Report;
import io.tickbus.cli.stat.BusSnapshot;
import io.tickbus.cli.stat.ClientSnapshot;
import io.tickbus.cli.stat.DaemonSnapshot;
import io.tickbus.cli.stat.DaemonStatus;
import io.tickbus.cli.stat.DurationCounts;
import io.tickbus.core.LateCause;
import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.file.HistogramKind;
import io.tickbus.daemon.DaemonCounter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What {@code top} shows: the bus now, what changed since the reading before, and the figures of the last minutes. */
final class TopModel {
    private static final double TAIL_PERCENT = 99;
    private static final double HUNDRED = 100;
    private static final int MOST_LATE = 1024;
    private static final List<DaemonCounter> COMMANDS = List.of(DaemonCounter.COMMANDS_ARM,
            DaemonCounter.COMMANDS_CANCEL, DaemonCounter.COMMANDS_PAUSE, DaemonCounter.COMMANDS_RESUME,
            DaemonCounter.COMMANDS_LIST, DaemonCounter.COMMANDS_UNKNOWN);

    final History firings = new History();
    final History tail = new History();
    /** The latest first. */
    final ArrayDeque<LateFiring> late = new ArrayDeque<>();
    private BusSnapshot before;
    private BusSnapshot now;
    private HostLoad hostBefore;
    private HostLoad host;

    /**
     * Adds a reading.
     *
     * @param newLate late firings that have come since the reading before, the oldest first
     */
    void add(BusSnapshot bus, List<LateFiring> newLate, HostLoad load) {
        before = now != null && bus.isOfSameRun(now) ? now : null;
        hostBefore = host;
        if (now != null && before == null && bus.signals() != null) {
            firings.clear();
            tail.clear();
            late.clear();
        }
        newLate.forEach(late::addFirst);
        while (late.size() > MOST_LATE) {
            late.removeLast();
        }
        now = bus;
        host = load;
        if (before != null || bus.signals() == null) {
            firings.add(before == null ? Double.NaN : isDaemon() ? perSecond(DaemonCounter.FIRINGS)
                    : signalsPerSecond());
            Long tailNs = latest() == null ? null : latest().percentileNs(TAIL_PERCENT);
            tail.add(tailNs == null ? Double.NaN : tailNs);
        }
    }

    /** The latest reading. */
    BusSnapshot bus() {
        return now;
    }

    /** The latest reading of the daemon; of nothing where there is none. */
    DaemonSnapshot daemon() {
        return now.daemon();
    }

    /** Whether it has counters. */
    boolean isDaemon() {
        return now.daemon() != null && now.daemon().isReadable();
    }

    /** Whether there is an earlier reading to compare with. */
    boolean hasRates() {
        return before != null;
    }

    /** From the reading before to this one. */
    long intervalNs() {
        return before == null ? 0 : now.readNs() - before.readNs();
    }

    long value(DaemonCounter counter) {
        return isDaemon() ? now.daemon().value(counter) : 0;
    }

    /** Increase of a counter in a second, since the reading before. */
    double perSecond(DaemonCounter counter) {
        return !isDaemon() || before == null || before.daemon() == null ? 0
                : now.perSecond(value(counter) - before.daemon().value(counter), before);
    }

    /** Increase of any counter of this reading in a second. */
    double perSecond(DaemonSnapshot.Counter counter) {
        return before == null || before.daemon() == null ? 0 : before.daemon().counters().stream()
                .filter(each -> each.definition().id() == counter.definition().id())
                .mapToDouble(each -> now.perSecond(counter.value() - each.value(), before)).findFirst().orElse(0);
    }

    double signalsPerSecond() {
        return before == null ? 0 : now.signalsPerSecond(before);
    }

    /** Commands of all types that were carried out in a second. */
    double commandsPerSecond() {
        double sum = 0;
        for (DaemonCounter counter : COMMANDS) {
            sum += perSecond(counter);
        }
        return sum;
    }

    long commands() {
        return COMMANDS.stream().mapToLong(this::value).sum();
    }

    long refused() {
        return value(DaemonCounter.REPLIES_FULL) + value(DaemonCounter.REPLIES_INVALID);
    }

    double refusedPerSecond() {
        return perSecond(DaemonCounter.REPLIES_FULL) + perSecond(DaemonCounter.REPLIES_INVALID);
    }

    /** Lateness of the firings since the reading before; null where there is nothing to compare. */
    DurationCounts latest() {
        return before == null || before.daemon() == null || !isDaemon() ? null
                : now.daemon().lateness().since(before.daemon().lateness());
    }

    /** Durations of a kind since the reading before; null where there is nothing to compare. */
    DurationCounts latest(HistogramKind kind) {
        return before == null || before.daemon() == null || !isDaemon() ? null
                : now.daemon().durations(kind).since(before.daemon().durations(kind));
    }

    /** How many firings were late for each cause since the daemon started, the most frequent first. */
    List<LateCause> causes() {
        return Arrays.stream(LateCause.values()).filter(cause -> value(DaemonCounter.of(cause)) > 0)
                .sorted(Comparator.comparingLong((LateCause cause) -> value(DaemonCounter.of(cause))).reversed())
                .toList();
    }

    /** Commands of a client in a second. */
    double commandsPerSecond(ClientSnapshot client) {
        return before == null || before.daemon() == null ? 0 : before.daemon().clients().stream()
                .filter(each -> isSame(each, client.session(), client.uuid()))
                .mapToDouble(each -> now.perSecond(client.commands() - each.commands(), before)).findFirst().orElse(0);
    }

    private static boolean isSame(ClientSnapshot client, int session, UUID uuid) {
        return client.session() == session && client.uuid().equals(uuid);
    }

    /** Percent of a core that the daemon's process used; null where unknown. */
    Double cpuPercent() {
        return before == null || !isDaemon() || value(DaemonCounter.CPU_TIME) == 0 ? null
                : Double.valueOf(perSecond(DaemonCounter.CPU_TIME) / 1e9 * HUNDRED);
    }

    HostLoad host() {
        return host;
    }

    Double stolenPercent() {
        return hostBefore == null ? null : host.stolenPercent(hostBefore);
    }

    Double busyPercent() {
        return hostBefore == null ? null : host.busyPercent(hostBefore);
    }

    /** For programs. */
    Report report() {
        BusSnapshot.Signals signals = now.signals();
        return new Report().with("bus", now.directory().name()).with("path", now.directory().path().toString())
                .with("condition", now.condition()).with("problem", now.problem())
                .with("publisherPid", signals == null ? null : signals.publisher().pid())
                .with("epoch", signals == null ? null : signals.epoch())
                .with("epochAgeNs", signals == null ? null : now.readNs() - signals.epochStartedNs())
                .with("intervalNs", intervalNs())
                .with("signalsPerSecond", signals == null ? null : signalsPerSecond())
                .with("nextDeadlineInNs", signals == null ? null : now.nextDeadlineInNs())
                .with("daemon", daemon() == null ? null : daemonReport()).with("host", hostReport());
    }

    private Report daemonReport() {
        return new Report().with("mode", daemon().mode() == null ? null : daemon().mode().toString())
                .with("problem", daemon().problem()).with("firingsPerSecond", perSecond(DaemonCounter.FIRINGS))
                .with("commandsPerSecond", commandsPerSecond()).with("refusedPerSecond", refusedPerSecond())
                .with("timersPending", value(DaemonCounter.TIMERS_PENDING)).with("timersDue", dueReport())
                .with("nextDeadlines", nextReport()).with("cpuPercent", cpuPercent())
                .with("latestLateness", latest() == null ? null : DaemonStatus.lateness(latest()))
                .with("lateness", DaemonStatus.lateness(daemon().lateness()))
                .with("lateFirings", value(DaemonCounter.LATE_FIRINGS))
                .with("lateThresholdNs", value(DaemonCounter.LATE_THRESHOLD)).with("lateCauses", causesReport())
                .with("furthestDeadlineInNs", value(DaemonCounter.LATEST_DEADLINE))
                .with("wakeUp", durations(HistogramKind.WAKE_UP)).with("hiccup", durations(HistogramKind.HICCUP))
                .with("clients", daemon().clients().stream().map(client -> client.report()
                        .with("commandsPerSecond", commandsPerSecond(client))).toList());
    }

    private Report dueReport() {
        Report report = new Report();
        DaemonCounter.DUE.forEach(counter -> report.with(counter.definition().label(), value(counter)));
        return report;
    }

    private List<Report> nextReport() {
        Map<Integer, String> owners = daemon().ownerNames();
        return daemon().next().stream().map(timer -> new Report().with("dueInNs", timer.deadlineNs() - now.readNs())
                .with("deadlineNs", timer.deadlineNs()).with("signalId", timer.signalId())
                .with("key", Long.toString(timer.key())).with("periodNs", PeriodText.nsOrNull(timer.periodNs()))
                .with("owner", timer.owner())
                .with("client", DaemonSnapshot.clientName(timer.owner(), owners))).toList();
    }

    private Report causesReport() {
        Report report = new Report();
        causes().forEach(cause -> report.with(cause.label(), value(DaemonCounter.of(cause))));
        return report;
    }

    private Report durations(HistogramKind kind) {
        DurationCounts latest = latest(kind);
        return latest == null ? null : new Report().with("count", latest.total())
                .with("p50Ns", latest.percentileNs(50)).with("p99Ns", latest.percentileNs(99))
                .with("maxNs", latest.percentileNs(HUNDRED));
    }

    private Report hostReport() {
        return new Report().with("clockSource", host.clockSource()).with("stolenPercent", stolenPercent())
                .with("busyPercent", busyPercent());
    }
}
