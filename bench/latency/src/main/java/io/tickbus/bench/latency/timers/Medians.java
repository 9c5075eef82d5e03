// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of several rounds, of each of which the median is reported: a stall of the host spoils a round or two. */
final class Medians {
    private final Map<String, List<Number>> rounds = new LinkedHashMap<>();

    /** Adds a figure of one round. */
    void add(String name, Number figure) {
        rounds.computeIfAbsent(name, key -> new ArrayList<>()).add(figure);
    }

    /** Adds all figures of one round. */
    void addAll(Map<String, ?> figures) {
        figures.forEach((name, figure) -> add(name, (Number) figure));
    }

    boolean isEmpty() {
        return rounds.isEmpty();
    }

    Map<String, Object> toMap() {
        Map<String, Object> medians = new LinkedHashMap<>();
        rounds.forEach((name, figures) -> {
            List<Number> sorted = figures.stream().sorted(Comparator.comparingDouble(Number::doubleValue)).toList();
            medians.put(name, sorted.get(sorted.size() / 2));
        });
        return medians;
    }
}
