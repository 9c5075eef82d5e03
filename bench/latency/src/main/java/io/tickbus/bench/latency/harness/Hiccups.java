// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import io.tickbus.cli.host.HiccupMeter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What idle spinning threads lost beside a benchmark, added up: the host's stalls, and whether they spoil the run. */
public final class Hiccups {
    private static final double NS_PER_MS = 1e6;

    private long watchedNs;
    private long count;
    private long stolenNs;
    private long maxNs;

    /** Adds what a meter of this process saw. */
    public Hiccups add(HiccupMeter meter) {
        return add(meter.spunNs(), meter.count(), meter.stolenNs(), meter.maxNs());
    }

    /** Adds what {@link #toMap} of another process returned. */
    public Hiccups add(Map<String, ?> seen) {
        return add(JsonLines.number(seen, "watchedNs"), JsonLines.number(seen, "count"),
                JsonLines.number(seen, "stolenNs"), JsonLines.number(seen, "maxNs"));
    }

    private Hiccups add(long newWatchedNs, long newCount, long newStolenNs, long newMaxNs) {
        watchedNs += newWatchedNs;
        count += newCount;
        stolenNs += newStolenNs;
        maxNs = Math.max(maxNs, newMaxNs);
        return this;
    }

    /** Whether more than a tenth of the time was lost: nothing is judged then. */
    boolean isDisturbed() {
        return HiccupMeter.isDisturbed(stolenNs, watchedNs);
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

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d in %.0f ms watched, %.1f ms lost, longest %.2f ms", count,
                watchedNs / NS_PER_MS, stolenNs / NS_PER_MS, maxNs / NS_PER_MS);
    }
}
