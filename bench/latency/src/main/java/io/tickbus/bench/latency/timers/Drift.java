// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far one periodic timer moves away from anchor + k × period: the offset of its k-th firing, over the time at which
 * that was due. A stall of the host spoils the offsets of some firings and must not pass for drift, so the slope is the
 * median of those between each two of ten parts, of which each stands for the median of its offsets.
 */
final class Drift {
    private static final int PARTS = 10;
    private static final double NS_PER_SECOND = 1e9;
    private static final double NS_PER_SECOND_PER_PPM = 1_000;
    private static final double THOUSANDTHS = 1_000.0;

    private final long periodNs;
    private long[] offsetsNs = new long[1024];
    private int[] occurrences = new int[offsetsNs.length];
    private int firings;

    Drift(long periodNs) {
        this.periodNs = periodNs;
    }

    /** Records the next firing: by how much it came after anchor + occurrence × period. */
    void fired(int occurrence, long offsetNs) {
        if (firings == offsetsNs.length) {
            offsetsNs = Arrays.copyOf(offsetsNs, 2 * firings);
            occurrences = Arrays.copyOf(occurrences, 2 * firings);
        }
        offsetsNs[firings] = offsetNs;
        occurrences[firings++] = occurrence;
    }

    /** Nanoseconds of drift in a second; 0 where too few have fired for a slope. */
    double slopeNsPerS() {
        if (firings < 2 * PARTS) {
            return 0;
        }
        double[] slopes = new double[PARTS * (PARTS - 1) / 2];
        int pair = 0;
        for (int later = 1; later < PARTS; later++) {
            for (int part = 0; part < later; part++) {
                slopes[pair++] = (medianNs(later) - medianNs(part)) / (middleNs(later) - middleNs(part));
            }
        }
        Arrays.sort(slopes);
        return NS_PER_SECOND * slopes[slopes.length / 2];
    }

    private int begin(int part) {
        return (int) ((long) firings * part / PARTS);
    }

    /** The middle of when a part's firings were due, after the anchor. */
    private double middleNs(int part) {
        return periodNs * ((double) occurrences[begin(part)] + occurrences[begin(part + 1) - 1]) / 2;
    }

    private long medianNs(int part) {
        long[] sorted = Arrays.copyOfRange(offsetsNs, begin(part), Math.max(begin(part) + 1, begin(part + 1)));
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** For reports, and for another process: offsets are medians of the first and of the last tenth. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        double slopeNsPerS = slopeNsPerS();
        map.put("periodNs", periodNs);
        map.put("firings", firings);
        map.put("slopeNsPerS", Math.round(slopeNsPerS));
        map.put("slopePpm", Math.round(THOUSANDTHS * slopeNsPerS / NS_PER_SECOND_PER_PPM) / THOUSANDTHS);
        map.put("firstOffsetNs", firings == 0 ? 0 : medianNs(0));
        map.put("finalOffsetNs", firings == 0 ? 0 : medianNs(PARTS - 1));
        return map;
    }
}
