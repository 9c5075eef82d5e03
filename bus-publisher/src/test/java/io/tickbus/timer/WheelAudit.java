// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Checks a wheel's structure: facts that are stored twice must agree, and every timer must be stored exactly once. */
final class WheelAudit {
    private WheelAudit() {
    }

    static void check(TimingWheel wheel) {
        int pending = 0;
        for (int timer = 0; timer < wheel.capacity(); timer++) {
            if (wheel.isPending(timer)) {
                assertEquals(timer, wheel.timer(wheel.handle(timer)), "another is where this timer should be");
                pending++;
            }
        }
        assertEquals(wheel.pending(), pending);
        assertEquals(pending, wheel.heap().size() + wheel.rings().size());
        checkOrder(wheel.heap());
    }

    private static void checkOrder(DeadlineHeap heap) {
        for (int index = DeadlineHeap.ROOT + 1; index < DeadlineHeap.ROOT + heap.size() - heap.inRun(); index++) {
            int parent = (index >>> 2) + 2;
            long differenceNs = heap.entryNs(index) - heap.entryNs(parent);
            assertTrue(heap.entryNs(parent) < heap.entryNs(index)
                    || (differenceNs == 0 && heap.word(index) - heap.word(parent) > 0), "index=" + index);
        }
    }

    /** Nothing is pending, so nothing is in use. */
    static void checkEmpty(TimingWheel wheel) {
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
        check(wheel);
        assertTrue(wheel.heap().isEmpty());
        assertEquals(Long.MAX_VALUE, wheel.rings().startNs());
        assertEquals(0, wheel.rings().segmentsInUse());
    }
}
