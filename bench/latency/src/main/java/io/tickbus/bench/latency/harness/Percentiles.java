// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The percentiles that reports give. */
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

    /** By name: p25, p50 and p75. */
    public static Map<String, Object> quartiles(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("p25", sorted[sorted.length / 4]);
        map.put("p50", sorted[sorted.length / 2]);
        map.put("p75", sorted[sorted.length * 3 / 4]);
        return map;
    }

    /** The middle one of some values. */
    public static <T extends Comparable<T>> T median(List<T> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
