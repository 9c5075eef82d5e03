// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.bench.latency.harness.Percentiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** The figures of one transport at one pace: each round's median, and everything together. */
public final class TransportStats {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int TICKS_PER_HALF_DISTANCE = 5;

    private final List<Long> mediansNs = new ArrayList<>();
    private final Histogram histogram = new Histogram(HIGHEST_NS, 3);
    private long sent;
    private long count;
    private long coalesced;
    private long duplicated;
    private long outOfOrder;
    private long cpuNs;
    private long wallNs;

    /** Adds a burst. */
    public void record(Reception reception) {
        int taken = reception.taken;
        sent += reception.count;
        count += taken;
        coalesced += reception.coalesced;
        duplicated += reception.duplicated;
        outOfOrder += reception.outOfOrder;
        for (int i = 0; i < taken; i++) {
            histogram.recordValue(Math.max(0, Math.min(reception.latenciesNs[i], HIGHEST_NS)));
        }
        mediansNs.add(reception.medianNs());
    }

    /** Adds what the process used over a burst. */
    public void used(long burstCpuNs, long burstWallNs) {
        cpuNs += burstCpuNs;
        wallNs += burstWallNs;
    }

    /** All latencies. */
    public Histogram histogram() {
        return histogram;
    }

    /** For the report. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("rounds", mediansNs.size());
        map.put("count", count);
        map.put("lost", sent - count);
        map.put("coalesced", coalesced);
        map.put("duplicated", duplicated);
        map.put("outOfOrder", outOfOrder);
        map.put("latencyNs", latency());
        map.put("percentiles", plot());
        map.put("roundMediansNs", mediansNs);
        map.put("cpuNs", cpuNs);
        map.put("wallNs", wallNs);
        return map;
    }

    private Map<String, Object> latency() {
        Map<String, Object> latency = new LinkedHashMap<>();
        latency.put("min", count == 0 ? 0 : histogram.getMinValue());
        latency.putAll(Percentiles.of(histogram));
        return latency;
    }

    private List<List<Number>> plot() {
        List<List<Number>> points = new ArrayList<>();
        for (HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF_DISTANCE)) {
            points.add(List.of(value.getPercentileLevelIteratedTo(), value.getValueIteratedTo()));
        }
        return points;
    }
}
