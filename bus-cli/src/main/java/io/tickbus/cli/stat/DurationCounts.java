// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.core.internal.file.HistogramView;
import io.tickbus.core.internal.layout.CountersLayout;

/**
 * How many durations fell into each bucket of {@link CountersLayout}, as read at one moment.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class DurationCounts {
    /** Of nothing. */
    static final DurationCounts NONE = new DurationCounts(new long[CountersLayout.BUCKET_COUNT]);

    private final long[] counts;
    private final long total;

    private DurationCounts(long[] counts) {
        this.counts = counts;
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        total = sum;
    }

    static DurationCounts of(HistogramView histogram) {
        long[] counts = new long[CountersLayout.BUCKET_COUNT];
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] = Math.max(0, histogram.inBucket(bucket));
        }
        return new DurationCounts(counts);
    }

    /** Those that came after an earlier reading. */
    public DurationCounts since(DurationCounts earlier) {
        long[] counts = new long[CountersLayout.BUCKET_COUNT];
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] = Math.max(0, this.counts[bucket] - earlier.counts[bucket]);
        }
        return new DurationCounts(counts);
    }

    /** How many there are. */
    public long total() {
        return total;
    }

    /**
     * Nanoseconds that a share of them did not exceed: the longest of its bucket, so at most a 16th too long; null
     * without any.
     *
     * @param percent above 0, at most 100
     */
    public Long percentileNs(double percent) {
        long ns = HistogramView.percentileNs(counts, percent);
        return ns == HistogramView.NONE ? null : Long.valueOf(ns);
    }
}
