// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The mean cost of one of a burst, nanoseconds, burst by burst. */
final class BurstMeans {
    private static final double TENTHS = 10.0;

    private final double[] meansNs;
    private int bursts;

    /** None yet. */
    BurstMeans(int mostBursts) {
        meansNs = new double[mostBursts];
    }

    /** Adds the next burst. */
    void add(double meanNs) {
        meansNs[bursts++] = meanNs;
    }

    /** Percentiles of the bursts' means, and the mean of all; there must be some. */
    Map<String, Object> percentiles() {
        double[] sorted = Arrays.copyOf(meansNs, bursts);
        Arrays.sort(sorted);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("p50", round(at(sorted, 0.50), TENTHS));
        map.put("p90", round(at(sorted, 0.90), TENTHS));
        map.put("p99", round(at(sorted, 0.99), TENTHS));
        map.put("max", round(sorted[bursts - 1], TENTHS));
        map.put("mean", round(Arrays.stream(sorted).average().orElse(0), TENTHS));
        return map;
    }

    private static double at(double[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    private static double round(double value, double parts) {
        return Math.round(parts * value) / parts;
    }
}
