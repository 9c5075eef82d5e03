// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.FaultBoundary;
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
import io.tickbus.subscriber.internal.PublisherLiveness;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One bus as its files show it, mapped read-only. It may be missing, come later, be restarted, replaced or cut short:
 * each {@link #read} says what is there, and never throws. One thread.
 */
final class MappedBus {
    static final String MISSING = "missing";
    static final String UNREADABLE = "unreadable";
    /** Clients of more names share the label {@code other}. */
    static final int MOST_CLIENT_NAMES = 64;
    private static final List<String> CONDITIONS = Stream.concat(Arrays.stream(PublisherStatus.values())
            .map(MappedBus::name), Stream.of(MISSING, UNREADABLE)).toList();

    private final BusDirectory directory;
    private final String bus;
    private final PublisherLiveness liveness;
    private final Mapping<SignalsFile> signals;
    private final Mapping<CountersFile> counters;
    private final Mapping<RepliesFile> replies;
    private final SignalRecord oldest = new SignalRecord();
    private long failures;

    /** Nothing is opened before the first reading. */
    MappedBus(BusDirectory directory) {
        this.directory = directory;
        bus = directory.name();
        liveness = new PublisherLiveness(directory);
        signals = new Mapping<>(directory.signals(), () -> SignalsFile.attach(directory));
        counters = new Mapping<>(directory.counters(), () -> CountersFile.attach(directory));
        replies = new Mapping<>(directory.replies(), () -> RepliesFile.attach(directory));
    }

    /** What there is to know about it now. */
    Samples read() {
        Samples[] read = new Samples[1];
        String condition;
        try {
            String[] status = new String[1];
            FaultBoundary.run(() -> {
                read[0] = new Samples();
                status[0] = read(read[0]);
            }, this::explain);
            condition = status[0];
        } catch (BusException e) {
            read[0] = new Samples();
            condition = e.reason() == BusException.Reason.NOT_FOUND ? MISSING : UNREADABLE;
            if (condition.equals(UNREADABLE)) {
                failures++;
            }
        }
        Samples all = read[0];
        all.add(BusMetric.UP, condition.equals(name(PublisherStatus.ALIVE)) ? 1 : 0, "bus", bus);
        for (String each : CONDITIONS) {
            all.add(BusMetric.CONDITION, each.equals(condition) ? 1 : 0, "bus", bus, "condition", each);
        }
        all.add(BusMetric.READ_FAILURES, failures, "bus", bus);
        return all;
    }

    private static String name(PublisherStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** After a fault: throws a sentence if a file explains it, and has the files mapped again next time. */
    private void explain(InternalError fault) {
        SignalsFile signalsFile = signals.mapped();
        CountersFile countersFile = counters.mapped();
        RepliesFile repliesFile = replies.mapped();
        signals.drop();
        counters.drop();
        replies.drop();
        if (signalsFile != null) {
            signalsFile.checkSound();
        }
        if (countersFile != null) {
            countersFile.checkSound();
        }
        if (repliesFile != null) {
            repliesFile.checkSound();
        }
        throw new BusException(BusException.Reason.UNREADABLE, directory.path().toString(),
                "an access to a mapped file failed, and all are sound by now", "nothing need be done");
    }

    /** Channels are used first, and mapped memory is read after that. */
    private String read(Samples samples) {
        SignalsFile signalsFile = signals.current();
        CountersFile countersFile = counters.currentOrNull();
        RepliesFile repliesFile = replies.currentOrNull();
        SignalsHeader header = signalsFile.header();
        long nowNs = System.nanoTime();
        PublisherStatus status = liveness.status(signalsFile, nowNs);
        addBus(samples, signalsFile, nowNs, status);
        // Otherwise they are those of a former daemon, or of one that is just starting.
        if (countersFile != null && countersFile.belongsTo(header)) {
            addDaemon(samples, countersFile);
            if (repliesFile != null && repliesFile.epoch() == header.epoch()
                    && repliesFile.historyId() == header.historyId()) {
                addClients(samples, repliesFile);
            }
        }
        return name(status);
    }

    private void addBus(Samples samples, SignalsFile file, long nowNs, PublisherStatus status) {
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

    private void addDaemon(Samples samples, CountersFile file) {
        CounterMetrics.add(file, bus, samples);
        long mode = CounterMetrics.value(file, DaemonCounter.MODE);
        String idle = IdleRequest.describe(CounterMetrics.value(file, DaemonCounter.IDLE_LATENCY));
        samples.add(BusMetric.INFO, 1, "bus", bus, "mode", mode(mode), "idle_latency", idle == null ? "" : idle);
        for (DurationHistogram histogram : file.histograms()) {
            if (histogram.isUsed()) {
                add(samples, histogram, mode);
            }
        }
    }

    private static String mode(long code) {
        DaemonMode mode = DaemonMode.of(code);
        return mode == null ? "unknown" : mode.toString();
    }

    private void add(Samples samples, DurationHistogram histogram, long currentMode) {
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
            case DUTY_CYCLE -> addMedium(samples, BusMetric.DUTY_CYCLE, histogram);
            case WAKE_UP -> addMedium(samples, BusMetric.WAKE_UP_LATENESS, histogram);
            case HICCUP -> addMedium(samples, BusMetric.HICCUP, histogram);
            case OTHER -> { } // Of a later version.
        }
    }

    private void addMedium(Samples samples, BusMetric metric, DurationHistogram histogram) {
        samples.add(metric, HistogramConversion.MEDIUM.convert(histogram, Labels.of("bus", bus)));
    }

    /** Clients by name, so that those that come and go under new numbers do not make new series. */
    private void addClients(Samples samples, RepliesFile file) {
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
