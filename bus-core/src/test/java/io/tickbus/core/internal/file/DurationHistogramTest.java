// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.layout.CountersLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DurationHistogramTest {
    private final CountersFile file = CountersFile.inMemory(new CountersFile.Contents(
            List.of(new CounterDefinition(1, CounterUnit.EVENTS, "one")), List.of(
                    new HistogramDefinition(HistogramKind.LATENESS_BY_MODE, 1, "spin"),
                    new HistogramDefinition(HistogramKind.LATENESS_BY_MODE, 2, "hybrid"),
                    new HistogramDefinition(HistogramKind.LATENESS_BY_SIGNAL, CountersLayout.NOT_USED, "signal")), 2));
    private final DurationHistogram histogram = file.histograms().get(0);

    @Test
    void shouldSumTheModes() {
        histogram.record(10);
        file.histograms().get(1).record(-3);
        file.histograms().get(1).record(30);
        file.histograms().get(2).record(5);
        HistogramView all = file.lateness();
        assertEquals(List.of(3L, 1L, 1L, 0L, 1L, 40L), List.of(all.total(), all.inBucket(0), all.inBucket(10),
                all.inBucket(5), all.inBucket(30), all.sumNs()));
        assertEquals(10, all.percentileNs(50));
        assertEquals("hybrid", file.histograms().get(1).label());
        assertEquals(HistogramKind.LATENESS_BY_MODE, file.histograms().get(1).kind());
    }

    @Test
    void shouldGetItsKeyWhenItIsClaimed() {
        DurationHistogram signal = file.histograms().get(2);
        assertFalse(signal.isUsed());
        signal.claim(-7);
        assertTrue(signal.isUsed());
        assertEquals(-7, signal.key());
        assertTrue(histogram.isUsed());
    }

    @Test
    void shouldKnowNoPercentileWhenNothingWasRecorded() {
        assertEquals(HistogramView.NONE, histogram.percentileNs(50));
        assertEquals(0, histogram.total());
    }

    @Test
    void shouldBeExactBelow32Nanoseconds() {
        for (int ns = 1; ns <= 20; ns++) {
            histogram.record(ns);
        }
        assertEquals(1, histogram.percentileNs(0.001));
        assertEquals(1, histogram.percentileNs(5));
        assertEquals(2, histogram.percentileNs(5.01));
        assertEquals(10, histogram.percentileNs(50));
        assertEquals(19, histogram.percentileNs(95));
        assertEquals(20, histogram.percentileNs(100));
        assertEquals(20, histogram.total());
    }

    @Test
    void shouldNeverBeTooShortAndAtMostA16thTooLong() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("DurationHistogramTest -Dseed=" + seed);
        Random random = new Random(seed);
        long[] samples = new long[50_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = Math.round(5_000 * Math.exp(2 * random.nextGaussian()));
            histogram.record(samples[i]);
        }
        Arrays.sort(samples);
        for (double percent : new double[] {0.1, 1, 10, 50, 90, 99, 99.9, 99.99, 100}) {
            long exact = samples[(int) Math.ceil(samples.length * percent / 100) - 1];
            long answer = histogram.percentileNs(percent);
            assertTrue(answer >= exact && answer <= exact + exact / 16,
                    "percent=" + percent + " exact=" + exact + " answer=" + answer + " -Dseed=" + seed);
        }
    }

    @Test
    void shouldCountWhatIsOutsideInTheOutermostBuckets() {
        histogram.record(-5);
        histogram.record(Long.MAX_VALUE);
        assertEquals(1, histogram.inBucket(0));
        assertEquals(1, histogram.inBucket(CountersLayout.BUCKET_COUNT - 1));
        assertEquals((1L << 40) - 1, histogram.percentileNs(100));
    }

    @Test
    void shouldRefuseWhatIsNoPercentile() {
        for (double percent : new double[] {0, -1, 100.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> histogram.percentileNs(percent));
        }
    }
}
