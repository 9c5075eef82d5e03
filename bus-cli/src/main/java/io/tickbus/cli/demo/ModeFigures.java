package io.tickbus.cli.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What was measured in one mode. */
final class ModeFigures {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};
    private static final String[] NAMES = {"p50", "p90", "p99", "p999"};

    private final Histogram latencyNs = new Histogram(HIGHEST_NS, DIGITS);
    private final Histogram latenessNs = new Histogram(HIGHEST_NS, DIGITS);
    private long coalesced;

    /** One signal: observed less published, observed less due. */
    void record(long observedNs, long publishedNs, long deadlineNs) {
        latencyNs.recordValue(bounded(observedNs - publishedNs));
        latenessNs.recordValue(bounded(observedNs - deadlineNs));
    }

    private static long bounded(long ns) {
        return Math.max(0, Math.min(ns, HIGHEST_NS));
    }

    /** Kernel signals that were merged into one. */
    void recordCoalesced(long count) {
        coalesced += count;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("latencyNs", percentiles(latencyNs));
        map.put("latenessNs", percentiles(latenessNs));
        map.put("count", latencyNs.getTotalCount());
        map.put("lost", coalesced);
        return map;
    }

    private static Map<String, Object> percentiles(Histogram histogram) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < PERCENTILES.length; i++) {
            map.put(NAMES[i], histogram.getValueAtPercentile(PERCENTILES[i]));
        }
        map.put("max", histogram.getMaxValue());
        return map;
    }
}
