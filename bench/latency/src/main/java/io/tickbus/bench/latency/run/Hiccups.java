package io.tickbus.bench.latency.run;

import io.tickbus.core.platform.HiccupMeter;
import java.util.LinkedHashMap;
import java.util.Map;

/** What idle spinning threads lost beside a benchmark, added up: the host's stalls, and whether they spoil the run. */
public final class Hiccups {
    private static final double DISTURBED_SHARE = 0.10;

    private long watchedNs;
    private long count;
    private long stolenNs;
    private long maxNs;

    /** None yet. */
    public Hiccups() {
        // Nothing to set.
    }

    /** Adds what a meter of this process saw. */
    public void add(HiccupMeter meter) {
        add(meter.spunNs(), meter.count(), meter.stolenNs(), meter.maxNs());
    }

    /** Adds what {@link #toMap} of another process gave. */
    public void add(Map<String, ?> seen) {
        add(number(seen, "watchedNs"), number(seen, "count"), number(seen, "stolenNs"), number(seen, "maxNs"));
    }

    private static long number(Map<String, ?> map, String key) {
        return ((Number) map.get(key)).longValue();
    }

    private void add(long newWatchedNs, long newCount, long newStolenNs, long newMaxNs) {
        watchedNs += newWatchedNs;
        count += newCount;
        stolenNs += newStolenNs;
        maxNs = Math.max(maxNs, newMaxNs);
    }

    /** Whether more than a tenth of the time was lost: nothing is judged then. */
    public boolean isDisturbed() {
        return stolenNs > DISTURBED_SHARE * watchedNs;
    }

    /** For reports, and for another process. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("thresholdNs", HiccupMeter.THRESHOLD_NS);
        map.put("watchedNs", watchedNs);
        map.put("count", count);
        map.put("stolenNs", stolenNs);
        map.put("maxNs", maxNs);
        return map;
    }
}
