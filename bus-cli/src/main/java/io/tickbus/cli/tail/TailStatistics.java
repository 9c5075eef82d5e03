package io.tickbus.cli.tail;

import io.tickbus.cli.Report;
import io.tickbus.core.DurationText;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Latency and lateness of the signals that were seen live. */
final class TailStatistics {
    private static final long MAX_NS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};
    private static final String[] NAMES = {"p50", "p90", "p99", "p999"};

    private final Histogram latency = new Histogram(1, MAX_NS, DIGITS);
    private final Histogram lateness = new Histogram(1, MAX_NS, DIGITS);

    void record(Sighting sighting) {
        if (!sighting.isBacklog()) {
            latency.recordValue(clamp(sighting.latencyNs()));
            lateness.recordValue(clamp(sighting.latenessNs()));
        }
    }

    private static long clamp(long ns) {
        return Math.max(0, Math.min(ns, MAX_NS));
    }

    long count() {
        return latency.getTotalCount();
    }

    void reset() {
        latency.reset();
        lateness.reset();
    }

    Report latencyJson() {
        return json(latency);
    }

    Report latenessJson() {
        return json(lateness);
    }

    private static Report json(Histogram histogram) {
        Report object = new Report();
        boolean isEmpty = histogram.getTotalCount() == 0;
        for (int i = 0; i < NAMES.length; i++) {
            object.with(NAMES[i], isEmpty ? null : histogram.getValueAtPercentile(PERCENTILES[i]));
        }
        return object.with("max", isEmpty ? null : histogram.getMaxValue());
    }

    /** {@code latency p50 420 ns p99 … ; lateness …}. */
    String text() {
        return "latency " + text(latency) + "; lateness " + text(lateness);
    }

    private static String text(Histogram histogram) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < NAMES.length; i++) {
            text.append(NAMES[i].equals("p999") ? "p99.9" : NAMES[i]).append(' ')
                    .append(DurationText.format(histogram.getValueAtPercentile(PERCENTILES[i]))).append(", ");
        }
        return text.append("max ").append(DurationText.format(histogram.getMaxValue())).toString();
    }
}
