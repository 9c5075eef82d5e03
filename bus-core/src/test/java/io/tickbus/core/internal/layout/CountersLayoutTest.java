// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The literal offsets of the layout: a failure here means that older readers are broken. */
class CountersLayoutTest {
    @Test
    void shouldKeepOffsetsOfHeaderWhenConstantsAreEdited() {
        assertEquals(40, CountersLayout.HISTOGRAM_BUCKETS);
        assertEquals(44, CountersLayout.HISTOGRAM_BUCKETS_PER_POWER);
        assertEquals(48, CountersLayout.HISTOGRAM_COUNT);
        assertEquals(52, CountersLayout.LATE_SLOTS);
        assertEquals(64, CountersLayout.HISTORY_ID);
        assertEquals(72, CountersLayout.EPOCH);
        assertEquals(128, CountersLayout.PID);
        assertEquals(136, CountersLayout.START_TICKS);
        assertEquals(144, CountersLayout.PID_NAMESPACE);
        assertEquals(4096, CountersLayout.HEADER_LENGTH);
    }

    @Test
    void shouldKeepOffsetsOfCounterWhenConstantsAreEdited() {
        assertEquals(64, CountersLayout.COUNTER_LENGTH);
        assertEquals(0, CountersLayout.COUNTER_VALUE);
        assertEquals(8, CountersLayout.COUNTER_ID);
        assertEquals(12, CountersLayout.COUNTER_UNIT);
        assertEquals(16, CountersLayout.COUNTER_LABEL);
        assertEquals(48, CountersLayout.LABEL_LENGTH);
        assertEquals(4096 + 3 * 64, CountersLayout.counterOffset(3));
    }

    @Test
    void shouldKeepOffsetsOfHistogramWhenConstantsAreEdited() {
        assertEquals(0, CountersLayout.HISTOGRAM_KIND);
        assertEquals(8, CountersLayout.HISTOGRAM_KEY);
        assertEquals(16, CountersLayout.HISTOGRAM_SUM);
        assertEquals(24, CountersLayout.HISTOGRAM_LABEL);
        assertEquals(40, CountersLayout.HISTOGRAM_LABEL_LENGTH);
        assertEquals(64, CountersLayout.HISTOGRAM_BUCKET);
        assertEquals(4800, CountersLayout.HISTOGRAM_LENGTH);
        assertEquals(Long.MIN_VALUE + 1, CountersLayout.NOT_USED);
        assertEquals(4096 + 40 * 64 + 2 * 4800, CountersLayout.histogramOffset(40, 2));
    }

    @Test
    void shouldKeepOffsetsOfLateFiringWhenConstantsAreEdited() {
        assertEquals(0, LateFiringLayout.STAMP);
        assertEquals(8, LateFiringLayout.DEADLINE_NS);
        assertEquals(16, LateFiringLayout.PUBLISHED_NS);
        assertEquals(24, LateFiringLayout.SEQUENCE);
        assertEquals(32, LateFiringLayout.SIGNAL_ID);
        assertEquals(36, LateFiringLayout.CAUSE);
        assertEquals(37, LateFiringLayout.MODE);
        assertEquals(38, LateFiringLayout.FLAGS);
        assertEquals(40, LateFiringLayout.OWNER);
        assertEquals(44, LateFiringLayout.GENERATION);
        assertEquals(48, LateFiringLayout.CAUSE_NS);
        assertEquals(56, LateFiringLayout.DETAIL);
        assertEquals(64, LateFiringLayout.LENGTH);
    }

    @Test
    void shouldKeepOffsetsOfTimersDueNextWhenFieldsAreEdited() {
        assertEquals(0, NextTimerLayout.STAMP);
        assertEquals(8, NextTimerLayout.DEADLINE_NS);
        assertEquals(16, NextTimerLayout.KEY);
        assertEquals(24, NextTimerLayout.PERIOD_NS);
        assertEquals(32, NextTimerLayout.SIGNAL_ID);
        assertEquals(36, NextTimerLayout.OWNER);
        assertEquals(40, NextTimerLayout.PLACE);
        assertEquals(44, NextTimerLayout.COUNT);
        assertEquals(64, NextTimerLayout.LENGTH);
        assertEquals(16, CountersLayout.NEXT_SLOTS);
    }

    @Test
    void shouldKeepValuesWhenConstantsAreEdited() {
        assertEquals(4, CountersLayout.VERSION);
        assertEquals(1024, CountersLayout.MAX_COUNTER_COUNT);
        assertEquals(16, CountersLayout.BUCKETS_PER_POWER);
        assertEquals(592, CountersLayout.BUCKET_COUNT);
        assertEquals(1024, CountersLayout.MAX_HISTOGRAM_COUNT);
        assertEquals(65_536, CountersLayout.MAX_LATE_SLOTS);
        assertEquals(4096 + 64 + 3 * 4800 + 8 * 64 + 1024, CountersLayout.fileLength(1, 3, 8));
        byte[] magic = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(CountersLayout.MAGIC_VALUE).array();
        assertEquals("TICKCNT1", new String(magic, StandardCharsets.US_ASCII));
    }

    @Test
    void shouldKeepBucketsWhenRuleIsEdited() {
        long[][] latenessAndBucket = {{Long.MIN_VALUE, 0}, {-1, 0}, {0, 0}, {1, 1}, {15, 15}, {16, 16}, {31, 31},
            {32, 32}, {33, 32}, {34, 33}, {63, 47}, {64, 48}, {1_000, 111}, {1_000_000, 270},
            {(1L << 40) - 1, 591}, {1L << 40, 591}, {Long.MAX_VALUE, 591}};
        for (long[] pair : latenessAndBucket) {
            assertEquals(pair[1], CountersLayout.bucketOf(pair[0]), "latenessNs=" + pair[0]);
        }
        assertEquals(1L << 40, CountersLayout.bucketStartNs(592));
    }

    @Test
    void shouldBeginEachBucketWhereTheOneBeforeEnds() {
        for (int bucket = 0; bucket < CountersLayout.BUCKET_COUNT; bucket++) {
            long startNs = CountersLayout.bucketStartNs(bucket);
            long endNs = CountersLayout.bucketStartNs(bucket + 1);
            assertEquals(bucket, CountersLayout.bucketOf(startNs));
            assertEquals(bucket, CountersLayout.bucketOf(endNs - 1));
            assertTrue((endNs - startNs) * 16 <= Math.max(16, startNs), "too wide: bucket=" + bucket);
        }
    }

    @Test
    void shouldFindBucketThatHoldsAnyLateness() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("CountersLayoutTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long ns = random.nextLong() >>> (24 + random.nextInt(40));
            int bucket = CountersLayout.bucketOf(ns);
            assertTrue(ns >= CountersLayout.bucketStartNs(bucket)
                    && ns < CountersLayout.bucketStartNs(bucket + 1), "ns=" + ns + " -Dseed=" + seed);
        }
    }
}
