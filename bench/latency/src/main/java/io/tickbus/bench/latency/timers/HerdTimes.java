package io.tickbus.bench.latency.timers;

import java.util.LinkedHashMap;
import java.util.Map;

/** When the last of a herd came, and when the latecomer. */
final class HerdTimes {
    private final Schedule schedule;
    private long herdPublishedNs;
    private long herdObservedNs;
    private long latecomerPublishedNs;
    private long latecomerObservedNs;

    HerdTimes(Schedule schedule) {
        this.schedule = schedule;
    }

    void fired(int timer, long publishedNs, long observedNs) {
        if (timer == schedule.size() - 1) {
            latecomerPublishedNs = publishedNs;
            latecomerObservedNs = observedNs;
        } else {
            herdPublishedNs = publishedNs;
            herdObservedNs = observedNs;
        }
    }

    /** Nothing for a workload without a latecomer. */
    Map<String, Object> toMap(Workload workload) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (workload.latecomerNs() > 0) {
            map.put("herdPublishedNs", herdPublishedNs - schedule.startNs());
            map.put("herdObservedNs", herdObservedNs - schedule.startNs());
            map.put("latecomerLatenessNs", latecomerObservedNs - schedule.startNs() - workload.latecomerNs());
            map.put("latecomerAfterHerdNs", latecomerPublishedNs - herdPublishedNs);
        }
        return map;
    }
}
