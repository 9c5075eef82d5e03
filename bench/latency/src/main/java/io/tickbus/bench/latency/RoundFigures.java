package io.tickbus.bench.latency;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/** One transport's figures: each round's median, and everything together. */
final class RoundFigures {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final Map<String, Double> PERCENTILES = new LinkedHashMap<>();

    static {
        PERCENTILES.put("p50", 50.0);
        PERCENTILES.put("p90", 90.0);
        PERCENTILES.put("p99", 99.0);
        PERCENTILES.put("p999", 99.9);
        PERCENTILES.put("p9999", 99.99);
    }

    private final long[] mediansNs;
    private final Histogram histogram = new Histogram(HIGHEST_NS, 3);
    private long count;
    private long lost;

    RoundFigures(int rounds) {
        mediansNs = new long[rounds];
    }

    void record(int round, long[] latenciesNs, int received, int sent) {
        count += received;
        lost += sent - received;
        for (int i = 0; i < received; i++) {
            histogram.recordValue(Math.max(0, Math.min(latenciesNs[i], HIGHEST_NS)));
        }
        long[] sorted = Arrays.copyOf(latenciesNs, received);
        Arrays.sort(sorted);
        mediansNs[round] = received == 0 ? 0 : sorted[received / 2];
    }

    Map<String, Object> toMap() {
        Map<String, Object> latency = new LinkedHashMap<>();
        latency.put("min", histogram.getMinValue());
        PERCENTILES.forEach((name, percentile) -> latency.put(name, histogram.getValueAtPercentile(percentile)));
        latency.put("max", histogram.getMaxValue());
        List<Long> medians = LongStream.of(mediansNs).boxed().toList();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("count", count);
        map.put("lost", lost);
        map.put("latencyNs", latency);
        map.put("roundMediansNs", medians);
        return map;
    }
}
