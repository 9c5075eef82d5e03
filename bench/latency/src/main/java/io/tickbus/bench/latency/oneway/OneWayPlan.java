// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.harness.JsonLines;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a run consists of; the settings of both children.
 *
 * @param directory private directory of the run
 * @param legs      all that are run
 * @param modes     how often each is run and told apart, with idle states allowed and then forbidden
 * @param counted   messages of one more burst each, of which the system calls are counted; 0 for none
 * @param stallNs   for how long the receiver is stopped in one round; 0 for never
 */
record OneWayPlan(Path directory, List<Leg> legs, int modes, int counted, long stallNs) {
    private static final long SHORTEST_LEAD_NS = TimeUnit.MILLISECONDS.toNanos(20);

    Map<String, Object> toMap() {
        return Map.of("directory", directory.toString(), "legs", legs.stream().map(Leg::toString).toList(),
                "modes", modes, "counted", counted, "stallNs", stallNs);
    }

    static OneWayPlan of(Map<String, Object> map) {
        return new OneWayPlan(Path.of((String) map.get("directory")),
                ((List<?>) map.get("legs")).stream().map(each -> Leg.parse((String) each)).toList(),
                (int) JsonLines.number(map, "modes"), (int) JsonLines.number(map, "counted"),
                JsonLines.number(map, "stallNs"));
    }

    int rounds() {
        return legs.stream().mapToInt(Leg::rounds).max().orElse(0);
    }

    int largestBurst() {
        return Math.max(counted, legs.stream().mapToInt(Leg::count).max().orElse(1));
    }

    /** Where the figures of a leg in a mode are: all of the first mode, then all of the next. */
    int row(int leg, int mode) {
        return mode * legs.size() + leg;
    }

    /** Number of the first message of a burst, the bursts being counted from 1: no number is used twice. */
    long first(long burst) {
        return burst * largestBurst();
    }

    /** Whether the receiver is stopped in a round. */
    boolean isStalled(Leg leg, int round) {
        return stallNs > 0 && round == leg.rounds() / 2;
    }

    /** From the call of a burst to its first message: a stop has to come before that, and to outlast it. */
    long leadNs(Leg leg, int round) {
        return isStalled(leg, round) ? Math.max(SHORTEST_LEAD_NS, stallNs / 2) : leg.leadNs();
    }
}
