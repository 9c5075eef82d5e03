// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tickbus.core.internal.file.HistogramView;
import io.tickbus.core.internal.layout.CountersLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistogramConversionTest {
    private static final int VALUES = 20_000;
    private static final double WIDEST = 1.0 / 32;

    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] values = random.longs(VALUES, 0, 38).map(power -> random.nextLong(2L << power)).toArray();

    private HistogramDataPointSnapshot convert(HistogramConversion conversion) {
        long[] counts = new long[CountersLayout.BUCKET_COUNT];
        Arrays.stream(values).forEach(ns -> counts[CountersLayout.bucketOf(ns)]++);
        return conversion.convert(new HistogramView() {
            @Override
            public long inBucket(int bucket) {
                return counts[bucket];
            }

            @Override
            public long sumNs() {
                return Arrays.stream(values).sum();
            }
        }, Labels.of("bus", "b"));
    }

    @Test
    void shouldCountEachValueInItsClassicBucket() {
        for (HistogramConversion conversion : new HistogramConversion[] {HistogramConversion.FINE,
            HistogramConversion.MEDIUM, HistogramConversion.COARSE}) {
            HistogramDataPointSnapshot converted = convert(conversion);
            long below = 0;
            for (int i = 0; i < converted.getClassicBuckets().size(); i++) {
                below += converted.getClassicBuckets().getCount(i);
                double bound = converted.getClassicBuckets().getUpperBound(i);
                long expected = Arrays.stream(values).filter(ns -> ns / 1e9 < bound).count();
                assertEquals(expected, below, "bound=" + bound);
            }
            assertEquals(VALUES, below);
            assertEquals(VALUES, converted.getCount());
            assertEquals(Arrays.stream(values).sum() / 1e9, converted.getSum());
        }
    }

    @Test
    void shouldCountEachValueInItsNativeBucketOrTheNearNeighbour() {
        for (long ns : values) {
            if (ns > 0) {
                double own = Math.log(ns / 1e9) / Math.log(2) * (1 << HistogramConversion.SCHEMA);
                int counted = HistogramConversion.nativeIndex(CountersLayout.bucketOf(ns));
                double outside = Math.max(own - counted, counted - 1 - own);
                // In units of a bucket, which is 9 % wide.
                assertTrue(outside <= WIDEST / Math.log(2) * (1 << HistogramConversion.SCHEMA) + 1e-9,
                        "ns=" + ns + " outside=" + outside);
            }
        }
    }

    @Test
    void shouldCountAllValuesInNativeBuckets() {
        HistogramDataPointSnapshot converted = convert(HistogramConversion.FINE);
        long zeros = Arrays.stream(values).filter(ns -> ns == 0).count();
        assertEquals(zeros, converted.getNativeZeroCount());
        assertEquals(VALUES - zeros, converted.getNativeBucketsForPositiveValues().stream()
                .mapToLong(bucket -> bucket.getCount()).sum());
    }

    @Test
    void shouldHaveBoundsInTheRangeOfTimers() {
        double[] bounds = HistogramConversion.FINE.bounds();
        assertEquals(128e-9, bounds[0]);
        assertEquals(Double.POSITIVE_INFINITY, bounds[bounds.length - 1]);
        assertTrue(bounds[bounds.length - 2] > 10, "bounds=" + Arrays.toString(bounds));
    }
}
