package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimingWheelStructureTest {
    private static final long NOW_NS = 1_000_000_000_007L;
    private static final int SLOTS_OF_HALF_LIST = WheelTree.MAX_LIST / 2;

    private final TimingWheel wheel = TimingWheel.create(1 << 20);
    private final List<Integer> fired = new ArrayList<>();

    @Test
    void shouldKeepItsStructureWhenListsGrowAndWheelsDwindle() {
        Random random = new Random(77);
        for (int round = 0; round < 200; round++) {
            long[] handles = new long[97 + round];
            for (int i = 0; i < handles.length; i++) {
                handles[i] = wheel.handle(wheel.arm(NOW_NS + (i % 5 == 0 ? 1L << random.nextInt(50) : i * 1_000L)));
            }
            WheelAudit.check(wheel);
            for (int i = 0; i < handles.length; i++) {
                if (i % 8 != round % 8) {
                    assertTrue(wheel.cancelHandle(handles[i]));
                }
            }
            WheelAudit.check(wheel);
            expire(NOW_NS + 50_000);
            WheelAudit.check(wheel);
        }
        expire(Long.MAX_VALUE);
        WheelAudit.checkEmpty(wheel);
    }

    @Test
    void shouldBecomeAListAgainWhenLittleIsLeftInAWheel() {
        List<Integer> timers = new ArrayList<>();
        for (int i = 0; i < 97; i++) {
            timers.add(wheel.arm(NOW_NS + (i < 40 ? 0 : 1 << 20) + i));
        }
        int most = wheelsInUse();
        assertTrue(most > 1);
        timers.subList(40, 97).forEach(wheel::cancel);
        timers.subList(1, 40).forEach(wheel::cancel);
        // Empty segments are taken out some at a time.
        for (int i = 0; i < 1_000; i++) {
            wheel.cancel(wheel.arm(NOW_NS + (1L << 50) + i * 1_000_000L));
        }
        assertTrue(wheelsInUse() < most, "wheels=" + wheelsInUse() + " most=" + most);
        WheelAudit.check(wheel);
        assertEquals(NOW_NS, wheel.nextDeadlineNs());
    }

    private int wheelsInUse() {
        WheelSlab wheels = wheel.tree().wheels();
        int count = wheels.usedEver();
        for (int free = wheels.nextFree(-1); free != -1; free = wheels.nextFree(free)) {
            count--;
        }
        return count;
    }

    @Test
    void shouldCancelInAnyOrderWhatIsDueAtOneInstant() {
        List<Integer> timers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            timers.add(wheel.arm(NOW_NS));
        }
        assertEquals(NOW_NS, wheel.nextDeadlineNs());
        List<Integer> cancelled = new ArrayList<>(timers);
        Collections.shuffle(cancelled, new Random(9));
        cancelled = cancelled.subList(0, 7_000);
        cancelled.forEach(wheel::cancel);
        WheelAudit.check(wheel);
        timers.removeAll(new HashSet<>(cancelled));
        expire(NOW_NS);
        assertEquals(timers, fired);
        WheelAudit.checkEmpty(wheel);
    }

    /** As late as can be: what has left is counted for an arming, and taken out by the cancellation after it. */
    @Test
    void shouldHoldAsManyEmptySegmentsAsCanBeNoted() {
        List<Integer> lone = loneTimers(wheel, 400);
        for (int i = 0; i < 2 * SLOTS_OF_HALF_LIST; i++) {
            wheel.arm(NOW_NS + (1L << (i < SLOTS_OF_HALF_LIST ? 40 : 50)) + i);
        }
        SegmentSlab segments = wheel.tree().segments();
        int cancelled = cancelUntilCounted(wheel, lone);
        cancelled = cancel(lone, cancelled, SegmentSlab.MAX_EMPTY - 1);
        wheel.arm(NOW_NS + (1L << 40));
        assertEquals(SegmentSlab.MAX_EMPTY - 1, segments.emptyCount());
        cancelled = cancel(lone, cancelled, SegmentSlab.MAX_LEFT - 1);
        wheel.arm(NOW_NS + (1L << 50));
        assertEquals(SegmentSlab.MAX_EMPTY + SegmentSlab.MAX_LEFT - 2, segments.emptyCount());
        WheelAudit.check(wheel);
        cancel(lone, cancelled, 1);
        assertEquals(0, segments.emptyCount());
        WheelAudit.check(wheel);
        expire(Long.MAX_VALUE);
        WheelAudit.checkEmpty(wheel);
    }

    private int cancel(List<Integer> timers, int from, int count) {
        timers.subList(from, from + count).forEach(wheel::cancel);
        return from + count;
    }

    private static int cancelUntilCounted(TimingWheel wheel, List<Integer> timers) {
        SegmentSlab segments = wheel.tree().segments();
        int cancelled = 0;
        do {
            wheel.cancel(timers.get(cancelled++));
        } while (segments.leftCount() + segments.emptyCount() > 0);
        return cancelled;
    }

    /** Timers due at once, each alone in its segment. */
    private static List<Integer> loneTimers(TimingWheel wheel, int count) {
        List<Integer> lone = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        while (lone.size() < count) {
            lone.add(wheel.arm(NOW_NS));
            for (int i = 1; i < SegmentSlab.SLOTS; i++) {
                others.add(wheel.arm(NOW_NS));
            }
            // A list of equal deadlines has no limit once it was too long to be packed.
            if (lone.size() > WheelTree.MAX_SEGMENTS) {
                others.forEach(wheel::cancel);
                others.clear();
            }
        }
        return lone;
    }

    /** Each has a segment of its own, and those that are cancelled still have theirs. */
    @Test
    void shouldHaveSegmentsForAllWhenSomeAreNotCounted() {
        int capacity = (1 << 12) - SegmentSlab.MAX_EMPTY - 1;
        TimingWheel full = TimingWheel.create(capacity);
        List<Integer> lone = loneTimers(full, capacity - SegmentSlab.SLOTS);
        int cancelled = cancelUntilCounted(full, lone);
        int uncounted = SegmentSlab.MAX_LEFT - 1;
        lone.subList(cancelled, cancelled + uncounted).forEach(full::cancel);
        for (int i = 0; i < cancelled + uncounted + SegmentSlab.SLOTS; i++) {
            // Each parts from the others at a digit of its own, and so is in no list with another.
            assertTrue(full.arm(NOW_NS ^ ((1L + i % 15) << (20 + i / 15 * 4))) >= 0);
        }
        assertEquals(TimingWheel.FULL, full.arm(NOW_NS));
        assertTrue(full.tree().segments().usedEver() > 1 << 12, "used=" + full.tree().segments().usedEver());
        WheelAudit.check(full);
    }

    @Test
    void shouldFindTheWheelOfADeadlineWithoutLookingAtCoarserOnes() {
        for (int i = 0; i < 10_000; i++) {
            wheel.arm(NOW_NS + i * 1_000_000L);
        }
        WheelSlab wheels = wheel.tree().wheels();
        int hinted = 0;
        for (int i = 0; i < 10_000; i++) {
            long deadlineNs = NOW_NS + i * 1_000_000L;
            wheels.placeOf(deadlineNs);
            hinted += wheels.isHinted(wheels.placeOf(deadlineNs) >>> WheelSlab.BUCKET_BITS, deadlineNs) ? 1 : 0;
        }
        assertTrue(hinted > 9_000, "hinted=" + hinted);
    }

    private void expire(long nowNs) {
        wheel.expire(nowNs, Integer.MAX_VALUE, (timer, deadlineNs) -> fired.add(timer));
    }
}
