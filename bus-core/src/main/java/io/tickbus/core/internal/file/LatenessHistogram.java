// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.memory.SharedRegion;

/**
 * How late firings were, counted in the buckets that {@link CountersLayout} describes.
 *
 * <p><b>Threads:</b> one records; any read, and see each bucket as it is when they come to it. <b>Progress:</b>
 * wait-free; recording is a load and a store.
 */
public final class LatenessHistogram {
    /** What {@link #percentileNs} answers while nothing was recorded. */
    public static final long NONE = -1;

    private static final double HUNDRED = 100;

    private final SharedRegion region;
    private final int offset;

    LatenessHistogram(SharedRegion region, int offset) {
        this.region = region;
        this.offset = offset;
    }

    /** Daemon, one thread: counts one firing; what is less than 0 counts as 0. */
    public void record(long latenessNs) {
        int at = offset + CountersLayout.bucketOf(latenessNs) * Long.BYTES;
        region.putLongOpaque(at, region.getLong(at) + 1);
    }

    /** How many firings were recorded. */
    public long total() {
        long total = 0;
        for (int bucket = 0; bucket < CountersLayout.BUCKET_COUNT; bucket++) {
            total += inBucket(bucket);
        }
        return total;
    }

    /** How many firings are in a bucket. */
    public long inBucket(int bucket) {
        return region.getLongOpaque(offset + bucket * Long.BYTES);
    }

    /**
     * The lateness, in nanoseconds, that a share of the firings did not exceed: the longest of its bucket, so at most a
     * 16th too long and never too short; 2^40 − 1 where it was longer than that. {@link #NONE} without any firing.
     *
     * @param percent above 0, at most 100
     */
    public long percentileNs(double percent) {
        if (!(percent > 0 && percent <= HUNDRED)) {
            throw new IllegalArgumentException("a percentile is above 0 and at most 100: percent=" + percent);
        }
        // A copy, so that what is recorded meanwhile cannot make the parts more or less than the whole.
        long[] counts = new long[CountersLayout.BUCKET_COUNT];
        long total = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] = Math.max(0, inBucket(bucket));
            total += counts[bucket];
        }
        if (total <= 0) {
            return NONE;
        }
        long rank = Math.max(1, (long) Math.ceil(total * percent / HUNDRED));
        int bucket = 0;
        for (long seen = counts[0]; seen < rank && bucket < counts.length - 1; seen += counts[bucket]) {
            bucket++;
        }
        return CountersLayout.bucketStartNs(bucket + 1) - 1;
    }
}
