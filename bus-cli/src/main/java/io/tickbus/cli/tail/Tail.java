// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.LatencyStats;
import io.tickbus.cli.Output;
import io.tickbus.cli.Report;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.wait.PredictiveWait;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The loop of {@code tail}: signals into the buffer, the buffer out when it is idle or a fiftieth of a second old. */
final class Tail implements SignalHandler {
    private static final long FLUSH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long STATISTICS_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int BATCH = 256;

    private final SignalSubscriber subscriber;
    private final TailEvents events;
    private final SignalFormat format;
    private final LineBuffer out;
    private final boolean hasSignals;
    private final LatencyStats total = new LatencyStats();
    private final LatencyStats recent = new LatencyStats();
    private final ObservedSignal observed = new ObservedSignal();
    private final long firstLiveSequence;
    private volatile boolean isStopped;
    private long startNs;
    /** When it last read. */
    private long endNs;
    private long nextFlushNs;
    private long nextStatisticsNs;

    /** {@code hasSignals}: whether each signal is printed, or statistics once a second. */
    Tail(SignalSubscriber subscriber, TailEvents events, SignalFormat format, LineBuffer out, boolean hasSignals) {
        this.subscriber = subscriber;
        this.events = events;
        this.format = format;
        this.out = out;
        this.hasSignals = hasSignals;
        this.firstLiveSequence = subscriber.file().header().nextSequence();
    }

    void stop() {
        isStopped = true;
    }

    /** Runs until that many signals were observed or that much time has passed, or until stopped. */
    void run(long count, long durationNs) {
        startNs = System.nanoTime();
        long untilNs = durationNs > Long.MAX_VALUE - startNs ? Long.MAX_VALUE : startNs + durationNs;
        if (hasSignals) {
            format.begin(out);
        }
        nextFlushNs = startNs;
        nextStatisticsNs = startNs + STATISTICS_INTERVAL_NS;
        endNs = startNs;
        subscriber.publisherStatus();
        subscriber.run(() -> {
            if (isWanted(count, untilNs)) {
                step(count, untilNs);
            }
            return isWanted(count, untilNs);
        });
        flush();
    }

    private boolean isWanted(long count, long untilNs) {
        return !isStopped && endNs < untilNs && subscriber.received() < count;
    }

    private void step(long count, long untilNs) {
        int limit = (int) Math.min(BATCH, count - subscriber.received());
        boolean isIdle = subscriber.await(this, limit, Math.min(FLUSH_INTERVAL_NS, untilNs - endNs)) == 0;
        endNs = System.nanoTime();
        if (endNs >= nextStatisticsNs) {
            nextStatisticsNs = endNs + STATISTICS_INTERVAL_NS;
            Output.check();
            if (!hasSignals) {
                printRecent();
            }
        }
        if (isIdle || endNs >= nextFlushNs) {
            nextFlushNs = endNs + FLUSH_INTERVAL_NS;
            flush();
        }
    }

    private void flush() {
        events.report();
        if (!out.isEmpty()) {
            out.flush();
        }
    }

    @Override
    public void onSignal(SignalRecord signal) {
        observed.set(signal, System.nanoTime(), signal.sequence() < firstLiveSequence);
        if (!observed.isBacklog()) {
            total.record(observed.latencyNs(), observed.latenessNs());
            recent.record(observed.latencyNs(), observed.latenessNs());
        }
        if (hasSignals) {
            format.signal(out, observed);
        }
    }

    private void printRecent() {
        if (format instanceof SignalJson) {
            format.event(out, recent.addTo(new Report().with("type", "statistics")
                    .with("count", recent.count())));
        } else {
            out.put(recent.count() + " signals in a second; " + (recent.count() == 0 ? "" : recent)).endLine();
        }
        recent.reset();
    }

    /** Counts and percentiles of the whole run. */
    Report summary() {
        Report summary = new Report().with("type", "summary")
                .with("received", subscriber.received())
                .with("filtered", subscriber.filtered())
                .with("lost", subscriber.lost())
                .with("overruns", subscriber.overruns())
                .with("nextSequence", subscriber.sequence())
                .with("ranNs", endNs - startNs)
                .with("measured", total.count());
        total.addTo(summary).with("waiting", subscriber.waitStrategy().name())
                .with("wokenByPublisher", subscriber.isWokenByPublisher());
        if (subscriber.waitStrategy() instanceof PredictiveWait predictive) {
            summary.with("guardNs", predictive.guard().guardNs()).with("preemptions", predictive.preemptions());
        }
        return summary;
    }

    /** The counts in words. */
    String counts() {
        return String.format(Locale.ROOT, "received %,d, lost %,d, filtered %,d in %s", subscriber.received(),
                subscriber.lost(), subscriber.filtered(), DurationText.format(endNs - startNs));
    }

    /** The percentiles in words; empty where nothing was seen live. */
    String percentiles() {
        return total.count() == 0 ? "" : total.toString();
    }
}
