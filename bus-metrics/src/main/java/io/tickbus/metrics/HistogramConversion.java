// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.tickbus.core.internal.file.HistogramView;
import io.tickbus.core.internal.layout.CountersLayout;

/**
 * Hands the buckets of a bus's histograms to Prometheus as they are, without recording any value again.
 *
 * <p><b>Classic buckets</b> end where some of ours end, at powers of two of nanoseconds and between them, so that each
 * is the exact sum of ours. Prometheus counts a value that equals a bound below it and we above it: 1 ns.
 *
 * <p><b>Native buckets</b> of schema 3 have bounds that grow by 2^(1/8), which no sum of ours meets, as theirs are
 * powers of two of seconds. Each of ours, which is 3 to 6 % wide, is counted whole in the native bucket, which is 9 %
 * wide, that contains its middle. So a value is counted in its own native bucket, or in the neighbour if it is nearer
 * than 3 % to the bound between the two.
 */
final class HistogramConversion {
    /** Four bounds for each power of two. */
    static final HistogramConversion FINE = new HistogramConversion(4);
    /** Two bounds for each power of two. */
    static final HistogramConversion MEDIUM = new HistogramConversion(2);
    /** One bound for each power of two, for histograms of which there are many. */
    static final HistogramConversion COARSE = new HistogramConversion(1);

    static final int SCHEMA = 3;
    private static final int FIRST_POWER = 7;
    private static final int LAST_POWER = 34;
    /** Whole nanoseconds are recorded: only 0 is below. */
    private static final double ZERO_THRESHOLD = 0.5e-9;

    /** Our bucket at which each classic bucket ends; that bucket is in the next. */
    private final int[] ends;
    private final double[] bounds;

    private HistogramConversion(int boundsPerPower) {
        ends = new int[(LAST_POWER - FIRST_POWER) * boundsPerPower + 1];
        bounds = new double[ends.length + 1];
        for (int i = 0; i < ends.length; i++) {
            long startNs = 1L << (FIRST_POWER + i / boundsPerPower);
            long boundNs = startNs + startNs / boundsPerPower * (i % boundsPerPower);
            ends[i] = CountersLayout.bucketOf(boundNs);
            bounds[i] = Samples.seconds(boundNs);
        }
        bounds[ends.length] = Double.POSITIVE_INFINITY;
    }

    /** The bounds of the classic buckets, in seconds. */
    double[] bounds() {
        return bounds.clone();
    }

    /** One histogram. */
    HistogramDataPointSnapshot convert(HistogramView histogram, Labels labels) {
        // A copy, so that both kinds of buckets and the number of all agree.
        long[] counts = new long[CountersLayout.BUCKET_COUNT];
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] = Math.max(0, histogram.inBucket(bucket));
        }
        return HistogramDataPointSnapshot.builder().classicHistogramBuckets(classic(counts)).nativeSchema(SCHEMA)
                .nativeZeroThreshold(ZERO_THRESHOLD).nativeZeroCount(counts[0])
                .nativeBucketsForPositiveValues(natives(counts)).sum(Samples.seconds(histogram.sumNs()))
                .labels(labels).build();
    }

    private ClassicHistogramBuckets classic(long[] counts) {
        long[] sums = new long[bounds.length];
        int classic = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            while (classic < ends.length && bucket >= ends[classic]) {
                classic++;
            }
            sums[classic] += counts[bucket];
        }
        return ClassicHistogramBuckets.of(bounds, sums);
    }

    private static NativeHistogramBuckets natives(long[] counts) {
        NativeHistogramBuckets.Builder buckets = NativeHistogramBuckets.builder();
        int index = 0;
        long sum = 0;
        for (int bucket = 1; bucket < counts.length; bucket++) {
            if (counts[bucket] > 0) {
                int next = nativeIndex(bucket);
                if (next != index && sum > 0) {
                    buckets.bucket(index, sum);
                    sum = 0;
                }
                index = next;
                sum += counts[bucket];
            }
        }
        if (sum > 0) {
            buckets.bucket(index, sum);
        }
        return buckets.build();
    }

    /** Bucket {@code i} of a native histogram ends at 2^(i/8) seconds. */
    static int nativeIndex(int bucket) {
        double middleNs = (CountersLayout.bucketStartNs(bucket) + CountersLayout.bucketStartNs(bucket + 1) - 1) / 2.0;
        double log2 = Math.log(middleNs * Samples.seconds(1)) / Math.log(2);
        return (int) Math.ceil(log2 * (1 << SCHEMA));
    }
}
