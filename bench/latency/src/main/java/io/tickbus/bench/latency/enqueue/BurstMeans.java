package io.tickbus.bench.latency.enqueue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The mean cost of a message in each burst of a kind, round by round, nanoseconds. */
final class BurstMeans {
    private static final double TENTHS = 10.0;
    private static final double HUNDREDTHS = 100.0;

    private final double[] meansNs;
    private int rounds;

    BurstMeans(int mostRounds) {
        meansNs = new double[mostRounds];
    }

    /** Adds the burst of the next round. */
    void add(double meanNs) {
        meansNs[rounds++] = meanNs;
    }

    /** Percentiles of the bursts' means. */
    Map<String, Object> percentiles() {
        double[] sorted = Arrays.copyOf(meansNs, rounds);
        Arrays.sort(sorted);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("p50", round(at(sorted, 0.50), TENTHS));
        map.put("p90", round(at(sorted, 0.90), TENTHS));
        map.put("p99", round(at(sorted, 0.99), TENTHS));
        map.put("max", round(sorted[rounds - 1], TENTHS));
        return map;
    }

    /** Quartiles of these divided by others, round by round: what the host does to a round it does to both. */
    Map<String, Object> ratiosTo(BurstMeans others) {
        double[] sorted = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            sorted[i] = meansNs[i] / others.meansNs[i];
        }
        Arrays.sort(sorted);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("p25", round(at(sorted, 0.25), HUNDREDTHS));
        map.put("p50", round(at(sorted, 0.50), HUNDREDTHS));
        map.put("p75", round(at(sorted, 0.75), HUNDREDTHS));
        return map;
    }

    private static double at(double[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    private static double round(double value, double parts) {
        return Math.round(parts * value) / parts;
    }
}
