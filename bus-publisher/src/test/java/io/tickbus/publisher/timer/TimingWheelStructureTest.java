package io.tickbus.publisher.timer;

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
