// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.DurationText;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Latency, from publishing to observing, and lateness, from the deadline to observing, of many signals. */
public final class LatencyStats {
    private static final long MAX_NS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};
    private static final String[] NAMES = {"p50", "p90", "p99", "p999"};

    private final Histogram latency = new Histogram(1, MAX_NS, DIGITS);
    private final Histogram lateness = new Histogram(1, MAX_NS, DIGITS);

    /** Adds a signal. */
    public void record(long latencyNs, long latenessNs) {
        latency.recordValue(Math.max(0, Math.min(latencyNs, MAX_NS)));
        lateness.recordValue(Math.max(0, Math.min(latenessNs, MAX_NS)));
    }

    /** How many were added. */
    public long count() {
        return latency.getTotalCount();
    }

    /** Begins again. */
    public void reset() {
        latency.reset();
        lateness.reset();
    }

    /** Adds both, of percentiles and maximum, to a report. */
    public Report addTo(Report report) {
        return report.with("latencyNs", report(latency)).with("latenessNs", report(lateness));
    }

    private static Report report(Histogram histogram) {
        Report report = new Report();
        boolean isEmpty = histogram.getTotalCount() == 0;
        for (int i = 0; i < NAMES.length; i++) {
            report.with(NAMES[i], isEmpty ? null : histogram.getValueAtPercentile(PERCENTILES[i]));
        }
        return report.with("max", isEmpty ? null : histogram.getMaxValue());
    }

    /** {@code latency p50 420 ns, p90 …; lateness …}. */
    @Override
    public String toString() {
        return "latency " + text(latency) + "; lateness " + text(lateness);
    }

    private static String text(Histogram histogram) {
        StringBuilder text = new StringBuilder();
        for (double percent : PERCENTILES) {
            text.append('p').append(percent == Math.rint(percent) ? String.valueOf((int) percent) : percent).append(' ')
                    .append(DurationText.format(histogram.getValueAtPercentile(percent))).append(", ");
        }
        return text.append("max ").append(DurationText.format(histogram.getMaxValue())).toString();
    }
}
