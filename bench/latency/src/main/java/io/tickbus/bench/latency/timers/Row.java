package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.Percentiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One line of a report: a peer and a workload, over all rounds. */
final class Row {
    private static final double[] ROUND_PERCENTILES = {50, 90, 99};

    private final String name;
    private final FiringStats stats = new FiringStats();
    private final FiringStats published = new FiringStats();
    private final Map<String, List<Long>> rounds = new LinkedHashMap<>();
    private final Map<String, List<Double>> cpuPercent = new LinkedHashMap<>();
    private final Map<String, Object> extras = new LinkedHashMap<>();

    Row(String name) {
        this.name = name;
    }

    void add(Peer.Outcome outcome) {
        stats.add(outcome.stats());
        for (double percentile : ROUND_PERCENTILES) {
            rounds.computeIfAbsent("p" + (int) percentile, key -> new ArrayList<>())
                    .add(outcome.stats().percentileNs(percentile));
        }
        if (outcome.extras().containsKey("published")) {
            published.add(TickbusPeer.published(outcome));
        }
        outcome.cpuPercent().forEach(
                (process, percent) -> cpuPercent.computeIfAbsent(process, key -> new ArrayList<>()).add(percent));
    }

    Row put(String key, Object value) {
        extras.put(key, value);
        return this;
    }

    FiringStats stats() {
        return stats;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        if (!rounds.isEmpty()) {
            map.putAll(stats.toReport());
            // A stall of the host spoils a round or two: the median of the rounds shows what happens without.
            Map<String, Object> medians = new LinkedHashMap<>();
            rounds.forEach((percentile, values) -> medians.put(percentile, Percentiles.median(values)));
            map.put("medianOfRoundsNs", medians);
            if (published.count() > 0) {
                map.put("publishedLatenessNs", published.latenessNs());
            }
            Map<String, Object> cpu = new LinkedHashMap<>();
            cpuPercent.forEach((process, values) -> cpu.put(process, Percentiles.median(values)));
            map.put("cpuPercent", cpu);
        }
        map.putAll(extras);
        return map;
    }
}
