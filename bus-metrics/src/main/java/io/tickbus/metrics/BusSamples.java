// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.DurationHistogram;
import io.tickbus.core.internal.file.HistogramKind;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.daemon.IdleRequest;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.internal.MappedBus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The metrics of one bus, as its files show it: whatever becomes of them, {@link #read} says so. One thread. */
final class BusSamples {
    static final String MISSING = "missing";
    static final String UNREADABLE = "unreadable";
    /** Clients of more names share the label {@code other}. */
    static final int MOST_CLIENT_NAMES = 64;
    private static final List<String> CONDITIONS = Stream.concat(Arrays.stream(PublisherStatus.values())
            .map(BusSamples::name), Stream.of(MISSING, UNREADABLE)).toList();

    private final String bus;
    private final MappedBus files;
    private final SignalRecord oldest = new SignalRecord();
    private Samples samples;
    private long failures;

    /** Nothing is opened before the first reading. */
    BusSamples(BusDirectory directory) {
        bus = directory.name();
        files = new MappedBus(directory);
    }

    /** What there is to know about it now. */
    Samples read() {
        String condition;
        try {
            condition = files.read(this::read);
        } catch (BusException e) {
            samples = new Samples();
            condition = e.reason() == BusException.Reason.NOT_FOUND ? MISSING : UNREADABLE;
            failures += condition.equals(UNREADABLE) ? 1 : 0;
        }
        samples.add(BusMetric.UP, condition.equals(name(PublisherStatus.ALIVE)) ? 1 : 0, "bus", bus);
        for (String each : CONDITIONS) {
            samples.add(BusMetric.CONDITION, each.equals(condition) ? 1 : 0, "bus", bus, "condition", each);
        }
        samples.add(BusMetric.READ_FAILURES, failures, "bus", bus);
        return samples;
    }

    private static String name(PublisherStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private String read(MappedBus.View present) {
        if (present.problem() != null) {
            throw present.problem();
        }
        samples = new Samples();
        addBus(present.signals(), present.readNs(), present.status());
        if (present.counters() != null) {
            addDaemon(present.counters());
        }
        if (present.replies() != null) {
            addClients(present.replies());
        }
        return name(present.status());
    }

    private void addBus(SignalsFile file, long nowNs, PublisherStatus status) {
        SignalsHeader header = file.header();
        samples.add(BusMetric.EPOCH, header.epoch(), "bus", bus);
        samples.add(BusMetric.UPTIME, Samples.seconds(nowNs - header.epochStartedNs()), "bus", bus);
        samples.add(BusMetric.HEARTBEAT_AGE, Samples.seconds(nowNs - header.heartbeatNs()), "bus", bus);
        long next = header.nextSequence();
        samples.add(BusMetric.SIGNALS, next, "bus", bus);
        long slots = header.slotCount();
        samples.add(BusMetric.RING_SLOTS, slots, "bus", bus);
        samples.add(BusMetric.RING_OCCUPANCY, Math.min(slots, next - header.baseSequence()) / (double) slots, "bus",
                bus);
        long first = file.ring().oldestReadable(header.baseSequence(), next);
        if (first < next && file.ring().copy(first, oldest.fields())) {
            samples.add(BusMetric.RING_SPAN, Samples.seconds(nowNs - oldest.publishedNs()), "bus", bus);
        }
        long deadlineNs = header.nextDeadlineNs();
        if (deadlineNs != SignalsLayout.NO_DEADLINE && status != PublisherStatus.CLOSED) {
            samples.add(BusMetric.NEXT_DEADLINE, Samples.seconds(deadlineNs - nowNs), "bus", bus);
        }
    }

    private void addDaemon(CountersFile file) {
        CounterMetrics.add(file, bus, samples);
        long mode = CounterMetrics.value(file, DaemonCounter.MODE);
        String idle = IdleRequest.describe(CounterMetrics.value(file, DaemonCounter.IDLE_LATENCY));
        samples.add(BusMetric.INFO, 1, "bus", bus, "mode", mode(mode), "idle_latency", idle == null ? "" : idle);
        for (DurationHistogram histogram : file.histograms()) {
            if (histogram.isUsed()) {
                add(histogram, mode);
            }
        }
    }

    private static String mode(long code) {
        DaemonMode mode = DaemonMode.of(code);
        return mode == null ? "unknown" : mode.toString();
    }

    private void add(DurationHistogram histogram, long currentMode) {
        long key = histogram.key();
        switch (histogram.kind()) {
            case LATENESS_BY_MODE -> {
                // Of the modes that the daemon never was in nothing is shown.
                if (key == currentMode || histogram.total() > 0) {
                    samples.add(BusMetric.LATENESS, HistogramConversion.FINE.convert(histogram,
                            Labels.of("bus", bus, "mode", mode(key))));
                }
            }
            case LATENESS_BY_SIGNAL -> {
                String signal = key == HistogramKind.OTHER_SIGNALS ? "other" : Long.toString(key);
                samples.add(BusMetric.SIGNAL_LATENESS, HistogramConversion.COARSE.convert(histogram,
                        Labels.of("bus", bus, "signal", signal)));
            }
            case DUTY_CYCLE -> addMedium(BusMetric.DUTY_CYCLE, histogram);
            case WAKE_UP -> addMedium(BusMetric.WAKE_UP_LATENESS, histogram);
            case HICCUP -> addMedium(BusMetric.HICCUP, histogram);
            case OTHER -> { } // Of a later version.
        }
    }

    private void addMedium(BusMetric metric, DurationHistogram histogram) {
        samples.add(metric, HistogramConversion.MEDIUM.convert(histogram, Labels.of("bus", bus)));
    }

    /** Clients by name, so that those that come and go under new numbers do not make new series. */
    private void addClients(RepliesFile file) {
        Map<String, long[]> byName = new TreeMap<>();
        for (int i = 0; i < file.sessionCount(); i++) {
            Session session = file.session(i);
            if (session.state() == RepliesLayout.STATE_CONNECTED) {
                String name = session.name();
                String label = byName.size() >= MOST_CLIENT_NAMES && !byName.containsKey(name) ? "other" : name;
                long[] sums = byName.computeIfAbsent(label, each -> new long[3]);
                sums[0] += session.consumed();
                sums[1] += session.pendingTimers();
                sums[2] += session.unanswered();
            }
        }
        byName.forEach((name, sums) -> {
            samples.add(BusMetric.CLIENT_COMMANDS, sums[0], "bus", bus, "client", name);
            samples.add(BusMetric.CLIENT_TIMERS, sums[1], "bus", bus, "client", name);
            samples.add(BusMetric.CLIENT_UNANSWERED, sums[2], "bus", bus, "client", name);
        });
    }
}
