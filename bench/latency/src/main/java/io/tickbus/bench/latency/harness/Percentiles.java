// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The percentiles that reports give. */
public final class Percentiles {
    private static final int[] OF_FEW = {10, 25, 50, 75, 90, 99};
    private static final double THOUSANDTHS = 1_000;
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

    /** By name, p10 to p99, the maximum and the mean, with three decimals; empty without any. */
    public static Map<String, Object> of(double... values) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (values.length > 0) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            for (int percent : OF_FEW) {
                map.put("p" + percent, rounded(sorted[sorted.length * percent / 100]));
            }
            map.put("max", rounded(sorted[sorted.length - 1]));
            map.put("mean", rounded(Arrays.stream(sorted).average().orElseThrow()));
        }
        return map;
    }

    /** The same of a list. */
    public static Map<String, Object> of(List<? extends Number> values) {
        return of(values.stream().mapToDouble(Number::doubleValue).toArray());
    }

    private static double rounded(double value) {
        return Math.round(THOUSANDTHS * value) / THOUSANDTHS;
    }

    /** The middle one of some values. */
    public static <T extends Comparable<T>> T median(List<T> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
