// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.LinkedHashMap;
import java.util.Map;

/** One line of a report: a peer and a workload, over all rounds. */
final class Row {
    private static final double[] ROUND_PERCENTILES = {50, 90, 99};

    private final String name;
    private final FiringStats stats = new FiringStats();
    private final FiringStats published = new FiringStats();
    private final Medians rounds = new Medians();
    private final Medians cpuPercent = new Medians();
    private final Medians jit = new Medians();
    private final Map<String, Object> extras = new LinkedHashMap<>();

    Row(String name) {
        this.name = name;
    }

    void add(Peer.Outcome outcome) {
        stats.add(outcome.stats());
        for (double percentile : ROUND_PERCENTILES) {
            rounds.add("p" + (int) percentile, outcome.stats().percentileNs(percentile));
        }
        if (outcome.extras().containsKey("published")) {
            published.add(TickbusPeer.published(outcome));
        }
        cpuPercent.addAll(outcome.cpuPercent());
        if (outcome.extras().get("jitPercent") instanceof Number percent) {
            jit.add("jitPercent", percent);
        }
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
            map.put("medianOfRoundsNs", rounds.toMap());
            if (published.count() > 0) {
                map.put("publishedLatenessNs", published.latenessNs());
            }
            map.put("cpuPercent", cpuPercent.toMap());
            map.putAll(jit.toMap());
        }
        map.putAll(extras);
        return map;
    }
}
