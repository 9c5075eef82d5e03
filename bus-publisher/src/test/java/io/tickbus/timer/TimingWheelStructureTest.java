// SPDX-License-Identifier: Apache-2.0
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
    private static final int SLOTS_OF_HALF_LIST = DeadlineTrie.MAX_LIST / 2;

    private final TimingWheel wheel = TimingWheel.create(1 << 20);
    private final List<Integer> fired = new ArrayList<>();

    @Test
    void shouldKeepItsStructureWhenListsGrowAndNodesDwindle() {
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
    void shouldBecomeAListAgainWhenLittleIsLeftInANode() {
        List<Integer> timers = new ArrayList<>();
        for (int i = 0; i < 97; i++) {
            timers.add(wheel.arm(NOW_NS + (i < 40 ? 0 : 1 << 20) + i));
        }
        int most = nodesInUse();
        assertTrue(most > 1);
        timers.subList(40, 97).forEach(wheel::cancel);
        timers.subList(1, 40).forEach(wheel::cancel);
        // Empty segments are removed some at a time.
        for (int i = 0; i < 1_000; i++) {
            wheel.cancel(wheel.arm(NOW_NS + (1L << 50) + i * 1_000_000L));
        }
        assertTrue(nodesInUse() < most, "nodes=" + nodesInUse() + " most=" + most);
        WheelAudit.check(wheel);
        assertEquals(NOW_NS, wheel.nextDeadlineNs());
    }

    private int nodesInUse() {
        NodeSlab nodes = wheel.trie().nodes();
        int count = nodes.usedEver();
        for (int free = nodes.nextFree(-1); free != -1; free = nodes.nextFree(free)) {
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

    /**
     * As late as possible: slots are cleared for an arming, and empty segments removed by the cancellation after it.
     */
    @Test
    void shouldNoteAsManyEmptySegmentsAsPossible() {
        List<Integer> lone = loneTimers(wheel, 400);
        for (int i = 0; i < 2 * SLOTS_OF_HALF_LIST; i++) {
            wheel.arm(NOW_NS + (1L << (i < SLOTS_OF_HALF_LIST ? 40 : 50)) + i);
        }
        SegmentSlab segments = wheel.trie().segments();
        int cancelled = cancelUntilCounted(wheel, lone);
        cancelled = cancel(lone, cancelled, SegmentSlab.MAX_EMPTY - 1);
        wheel.arm(NOW_NS + (1L << 40));
        assertEquals(SegmentSlab.MAX_EMPTY - 1, segments.emptyCount());
        cancelled = cancel(lone, cancelled, SegmentSlab.MAX_REMOVED - 1);
        wheel.arm(NOW_NS + (1L << 50));
        assertEquals(SegmentSlab.MAX_EMPTY + SegmentSlab.MAX_REMOVED - 2, segments.emptyCount());
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
        SegmentSlab segments = wheel.trie().segments();
        int cancelled = 0;
        do {
            wheel.cancel(timers.get(cancelled++));
        } while (segments.removedCount() + segments.emptyCount() > 0);
        return cancelled;
    }

    /** Timers that are due at once, each alone in its segment. */
    private static List<Integer> loneTimers(TimingWheel wheel, int count) {
        List<Integer> lone = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        while (lone.size() < count) {
            lone.add(wheel.arm(NOW_NS));
            for (int i = 1; i < SegmentSlab.SLOTS; i++) {
                others.add(wheel.arm(NOW_NS));
            }
            // A list of equal deadlines has no limit once it was too long to be compacted.
            if (lone.size() > DeadlineTrie.MAX_SEGMENTS) {
                others.forEach(wheel::cancel);
                others.clear();
            }
        }
        return lone;
    }

    /** Each timer has a segment of its own, and cancelled timers still have theirs. */
    @Test
    void shouldHaveSegmentsForAllWhenSomeAreNotCleared() {
        int capacity = (1 << 12) - SegmentSlab.MAX_EMPTY - 1;
        TimingWheel full = TimingWheel.create(capacity);
        List<Integer> lone = loneTimers(full, capacity - SegmentSlab.SLOTS);
        int cancelled = cancelUntilCounted(full, lone);
        int uncounted = SegmentSlab.MAX_REMOVED - 1;
        lone.subList(cancelled, cancelled + uncounted).forEach(full::cancel);
        for (int i = 0; i < cancelled + uncounted + SegmentSlab.SLOTS; i++) {
            // Each differs from the others at a digit of its own, and so is in no list with another.
            assertTrue(full.arm(NOW_NS ^ ((1L + i % 15) << (20 + i / 15 * 4))) >= 0);
        }
        assertEquals(TimingWheel.FULL, full.arm(NOW_NS));
        assertTrue(full.trie().segments().usedEver() > 1 << 12, "used=" + full.trie().segments().usedEver());
        WheelAudit.check(full);
    }

    @Test
    void shouldFindTheNodeOfADeadlineWithoutADescent() {
        for (int i = 0; i < 10_000; i++) {
            wheel.arm(NOW_NS + i * 1_000_000L);
        }
        NodeSlab nodes = wheel.trie().nodes();
        int hinted = 0;
        for (int i = 0; i < 10_000; i++) {
            long deadlineNs = NOW_NS + i * 1_000_000L;
            nodes.bucketIndex(deadlineNs);
            hinted += nodes.isHinted(nodes.bucketIndex(deadlineNs) >>> NodeSlab.BUCKET_BITS, deadlineNs) ? 1 : 0;
        }
        assertTrue(hinted > 9_000, "hinted=" + hinted);
    }

    private void expire(long nowNs) {
        wheel.expire(nowNs, Integer.MAX_VALUE, (timer, deadlineNs) -> fired.add(timer));
    }
}
