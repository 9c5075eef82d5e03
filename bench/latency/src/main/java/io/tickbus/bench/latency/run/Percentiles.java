package io.tickbus.bench.latency.run;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The percentiles that every report gives. */
public final class Percentiles {
    private static final Map<String, Double> NAMED = new LinkedHashMap<>();

    static {
        NAMED.put("p50", 50.0);
        NAMED.put("p90", 90.0);
        NAMED.put("p99", 99.0);
        NAMED.put("p999", 99.9);
        NAMED.put("p9999", 99.99);
    }

    private Percentiles() {
    }

    /** By name, p50 to p9999, and the maximum. */
    public static Map<String, Object> of(Histogram histogram) {
        Map<String, Object> map = new LinkedHashMap<>();
        NAMED.forEach((name, percentile) -> map.put(name, histogram.getValueAtPercentile(percentile)));
        map.put("max", histogram.getMaxValue());
        return map;
    }
}
