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
    private final Medians drift = new Medians();
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
        addUsed(outcome);
        if (outcome.extras().get("jitPercent") instanceof Number percent) {
            jit.add("jitPercent", percent);
        }
    }

    /** Adds what the processes used, alone. */
    void addUsed(Peer.Outcome outcome) {
        cpuPercent.addAll(outcome.cpuPercent());
    }

    /** Adds how far a single periodic timer moved away from its anchor. */
    void addDrift(Map<String, Object> ofRound) {
        drift.addAll(ofRound);
    }

    Row put(String key, Object value) {
        extras.put(key, value);
        return this;
    }

    /** The peer's name, which its own begins with. */
    String peer() {
        return name.split(" ", 2)[0];
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
            map.putAll(jit.toMap());
        }
        if (!cpuPercent.isEmpty()) {
            map.put("cpuPercent", cpuPercent.toMap());
        }
        if (!drift.isEmpty()) {
            map.put("drift", drift.toMap());
        }
        map.putAll(extras);
        return map;
    }
}
