// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which timers wait in buckets, and which in the heap. */
class BucketRingsTest {
    private static final long NOW_NS = 1_000_000_000_007L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MINUTE_NS = 60 * SECOND_NS;
    private static final long HOUR_NS = 60 * MINUTE_NS;

    private final TimingWheel wheel = TimingWheel.create(1 << 17);
    private final List<Integer> fired = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {SECOND_NS, 60 * SECOND_NS, 5 * MINUTE_NS, HOUR_NS, 48 * HOUR_NS})
    void shouldWaitInBucketsWhenDueLater(long delayNs) {
        expire(NOW_NS);
        wheel.arm(NOW_NS + 1);
        for (int i = 0; i < 200; i++) {
            wheel.arm(NOW_NS + delayNs + i);
        }
        assertEquals(1, wheel.heap().size());
        assertEquals(1, expire(NOW_NS + 1));
        wheel.nextDeadlineNs();
        assertEquals(200, wheel.heap().size(), "all of the bucket");
        assertEquals(200, expire(NOW_NS + delayNs + 200));
        assertInOrder(201);
        WheelAudit.checkEmpty(wheel);
    }

    @Test
    void shouldGoToTheHeapWhenBucketsAreFullOrTooFarAway() {
        expire(NOW_NS);
        wheel.arm(NOW_NS + 1);
        wheel.arm(NOW_NS + 365 * 24 * HOUR_NS);
        assertEquals(0, wheel.rings().size());
        for (int i = 0; i < 2_000; i++) {
            wheel.arm(NOW_NS + 2 * SECOND_NS);
        }
        assertEquals(BucketRings.MAX_MOVED, wheel.rings().size(), "a bucket of each ring");
        assertEquals(1 + 2_000 - BucketRings.MAX_MOVED, wheel.heap().inRun(), "the others are in order");
        expire(NOW_NS + 2 * SECOND_NS);
        assertEquals(0, fired.get(0));
        assertEquals(2_001, fired.size());
        for (int i = 1; i < fired.size(); i++) {
            assertEquals(i + 1, fired.get(i));
        }
        assertEquals(1, wheel.pending());
    }

    /** Each ring goes round several times, and its bits with it. */
    @Test
    void shouldFireInOrderWhenRingsGoRoundAgainAndAgain() {
        Random random = new Random(3);
        long nowNs = NOW_NS;
        expire(nowNs);
        for (int i = 0; i < 60_000; i++) {
            wheel.arm(nowNs + random.nextLong(1L << random.nextInt(20, 42)));
            nowNs += random.nextLong(200_000_000);
            long beforeNs = wheel.nextDeadlineNs();
            int count = expire(nowNs);
            assertTrue(count == 0 || beforeNs <= nowNs);
            assertTrue(wheel.nextDeadlineNs() > nowNs);
        }
        WheelAudit.check(wheel);
        assertTrue(wheel.rings().size() > 100, "rings=" + wheel.rings().size());
        assertTrue(wheel.heap().size() < 100, "heap=" + wheel.heap().size());
        expire(Long.MAX_VALUE - 1);
        WheelAudit.checkEmpty(wheel);
    }

    @Test
    void shouldWaitInBucketsAgainWhenTheClockIsSetBack() {
        expire(NOW_NS + HOUR_NS);
        wheel.arm(NOW_NS + HOUR_NS + SECOND_NS);
        int last = wheel.arm(NOW_NS + HOUR_NS + 2 * SECOND_NS);
        wheel.cancel(last);
        expire(NOW_NS);
        wheel.arm(NOW_NS + SECOND_NS);
        for (int i = 0; i < 1_000; i++) {
            wheel.arm(NOW_NS + 2 * SECOND_NS + i * 1_000_000L);
        }
        assertEquals(2, wheel.heap().size());
        assertEquals(1_001, expire(NOW_NS + 4 * SECOND_NS));
    }

    @Test
    void shouldReuseSegmentsWhenTimersAreCancelledInAnyOrder() {
        expire(NOW_NS);
        wheel.arm(NOW_NS + 1);
        List<Integer> timers = new ArrayList<>();
        long bytes = 0;
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 20_000; i++) {
                timers.add(wheel.arm(NOW_NS + SECOND_NS + (i % 200) * 1_000_000L));
            }
            WheelAudit.check(wheel);
            bytes = round == 0 ? wheel.sizeBytes() : bytes;
            Collections.shuffle(timers, new Random(round));
            timers.forEach(wheel::cancel);
            timers.clear();
            WheelAudit.check(wheel);
            assertEquals(0, wheel.rings().segmentsInUse());
        }
        assertEquals(bytes, wheel.sizeBytes());
    }

    /** Each is alone in its segment at first, so that all segments are used that there can be. */
    @Test
    void shouldHaveSegmentsForAllTimersWhereverTheyAre() {
        int capacity = 5_000;
        TimingWheel small = TimingWheel.create(capacity);
        small.expire(NOW_NS, 1, (timer, deadlineNs) -> { });
        small.arm(NOW_NS + 1);
        for (int timer = 1; timer < capacity; timer++) {
            assertEquals(timer, small.arm(NOW_NS + timer * 2_000_000L));
        }
        for (int i = 0; i < 100_000; i++) {
            small.rearm(1 + i % (capacity - 1), NOW_NS + SECOND_NS + (i * 7_919L % 30_000) * 1_000_000L);
        }
        WheelAudit.check(small);
        assertEquals(TimingWheel.FULL, small.arm(NOW_NS));
    }

    private int expire(long nowNs) {
        return wheel.expire(nowNs, Integer.MAX_VALUE, (timer, deadlineNs) -> fired.add(timer));
    }

    private void assertInOrder(int count) {
        for (int i = 0; i < count; i++) {
            assertEquals(i, fired.get(i));
        }
    }
}
