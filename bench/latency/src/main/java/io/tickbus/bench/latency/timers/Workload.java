// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.JsonLines;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Timers as all engines get them. Each is due first at the start plus an offset drawn uniformly from the spread.
 *
 * @param timers      how many
 * @param periodsNs   timer i has the (i mod length)-th of these; 0 for once
 * @param spreadNs    of the offsets; 0 lets all be due at the start
 * @param latecomerNs offset of one more timer, due once; 0 for none
 * @param durationNs  occurrences due later do not count
 * @param settleNs    those due in this time at the beginning are checked but not measured
 * @param windowNs    length of the windows whose mean lateness is wanted; 0 for none
 * @param seed        of the offsets
 */
record Workload(int timers, List<Long> periodsNs, long spreadNs, long latecomerNs, long durationNs, long settleNs,
        long windowNs, long seed) {
    static Workload once(int timers, long spreadNs, long seed) {
        return new Workload(timers, List.of(0L), spreadNs, 0, spreadNs, 0, 0, seed);
    }

    static Workload herd(int timers, long latecomerNs) {
        return new Workload(timers, List.of(0L), 0, latecomerNs, 2 * latecomerNs, 0, 0, 0);
    }

    /** One timer for each period, all of them due at the start first. */
    static Workload periodic(List<Long> periodsNs, long durationNs, long settleNs) {
        return new Workload(periodsNs.size(), periodsNs, 0, 0, durationNs, settleNs, 0, 0);
    }

    Workload spread(int newTimers, long newSpreadNs, long newSeed) {
        return new Workload(newTimers, periodsNs, newSpreadNs, latecomerNs, durationNs, settleNs, windowNs, newSeed);
    }

    Workload windows(long newWindowNs) {
        return new Workload(timers, periodsNs, spreadNs, latecomerNs, durationNs, settleNs, newWindowNs, seed);
    }

    /** Timers, the latecomer included. */
    int size() {
        return timers + (latecomerNs > 0 ? 1 : 0);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("timers", timers);
        map.put("periodsNs", periodsNs);
        map.put("spreadNs", spreadNs);
        map.put("latecomerNs", latecomerNs);
        map.put("durationNs", durationNs);
        map.put("settleNs", settleNs);
        map.put("windowNs", windowNs);
        map.put("seed", seed);
        return map;
    }

    static Workload of(Map<String, Object> map) {
        return new Workload((int) JsonLines.number(map, "timers"), JsonLines.numbers(map, "periodsNs"),
                JsonLines.number(map, "spreadNs"), JsonLines.number(map, "latecomerNs"),
                JsonLines.number(map, "durationNs"), JsonLines.number(map, "settleNs"),
                JsonLines.number(map, "windowNs"), JsonLines.number(map, "seed"));
    }
}
