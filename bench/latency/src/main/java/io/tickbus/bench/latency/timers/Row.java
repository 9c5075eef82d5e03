package io.tickbus.bench.latency.timers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One line of a report: a contender and a workload, over all rounds. */
final class Row {
    private static final double[] ROUND_PERCENTILES = {50, 90, 99};

    private final String name;
    private final Figures figures = new Figures();
    private final Figures published = new Figures();
    private final Map<String, List<Long>> rounds = new LinkedHashMap<>();
    private final Map<String, List<Double>> cpuPercent = new LinkedHashMap<>();
    private final Map<String, Object> extras = new LinkedHashMap<>();

    Row(String name) {
        this.name = name;
    }

    void add(Contender.Outcome outcome) {
        figures.add(outcome.figures());
        for (double percentile : ROUND_PERCENTILES) {
            rounds.computeIfAbsent("p" + (int) percentile, key -> new ArrayList<>())
                    .add(outcome.figures().percentileNs(percentile));
        }
        if (outcome.extras().containsKey("published")) {
            published.add(TickbusContender.published(outcome));
        }
        outcome.cpuPercent().forEach(
                (process, percent) -> cpuPercent.computeIfAbsent(process, key -> new ArrayList<>()).add(percent));
    }

    Row put(String key, Object value) {
        extras.put(key, value);
        return this;
    }

    Figures figures() {
        return figures;
    }

    /** The middle one of some values. */
    static <T extends Comparable<T>> T median(List<T> values) {
        List<T> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        if (!rounds.isEmpty()) {
            map.putAll(figures.toReport());
            // A stall of the host spoils a round or two: the median of the rounds shows what happens without.
            Map<String, Object> medians = new LinkedHashMap<>();
            rounds.forEach((percentile, values) -> medians.put(percentile, median(values)));
            map.put("medianOfRoundsNs", medians);
            if (published.count() > 0) {
                map.put("publishedLatenessNs", published.latenessNs());
            }
            Map<String, Object> cpu = new LinkedHashMap<>();
            cpuPercent.forEach((process, values) -> cpu.put(process, median(values)));
            map.put("cpuPercent", cpu);
        }
        map.putAll(extras);
        return map;
    }
}
