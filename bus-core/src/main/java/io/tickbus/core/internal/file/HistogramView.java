// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.CountersLayout;

/**
 * Durations counted in the buckets that {@link CountersLayout} describes, for a reader.
 *
 * <p><b>Threads:</b> any; each bucket is read as it is when the reader comes to it. <b>Progress:</b> wait-free.
 */
public interface HistogramView {
    /** What {@link #percentileNs} answers while nothing was recorded. */
    long NONE = -1;

    /** How many durations are in a bucket. */
    long inBucket(int bucket);

    /** The sum of what was recorded, in nanoseconds; what was less than 0 counts as 0. */
    long sumNs();

    /** How many durations were recorded. */
    default long total() {
        long total = 0;
        for (int bucket = 0; bucket < CountersLayout.BUCKET_COUNT; bucket++) {
            total += inBucket(bucket);
        }
        return total;
    }

    /**
     * The duration, in nanoseconds, that a share did not exceed: the longest of its bucket, so at most a
     * 16th too long and never too short; 2^40 − 1 where it was longer than that. {@link #NONE} without any.
     *
     * @param percent above 0, at most 100
     */
    default long percentileNs(double percent) {
        // A copy, so that what is recorded meanwhile cannot make the parts more or less than the whole.
        long[] counts = new long[CountersLayout.BUCKET_COUNT];
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] = inBucket(bucket);
        }
        return percentileNs(counts, percent);
    }

    /** As {@link #percentileNs(double)}, of counts by bucket; negative ones, as a corrupt file has, count as 0. */
    static long percentileNs(long[] counts, double percent) {
        final double hundred = 100;
        if (!(percent > 0 && percent <= hundred)) {
            throw new IllegalArgumentException("a percentile is above 0 and at most 100: percent=" + percent);
        }
        long total = 0;
        for (long count : counts) {
            total += Math.max(0, count);
        }
        if (total <= 0) {
            return NONE;
        }
        long rank = Math.max(1, (long) Math.ceil(total * percent / hundred));
        int bucket = 0;
        for (long seen = Math.max(0, counts[0]); seen < rank && bucket < counts.length - 1;) {
            bucket++;
            seen += Math.max(0, counts[bucket]);
        }
        return CountersLayout.bucketStartNs(bucket + 1) - 1;
    }
}
