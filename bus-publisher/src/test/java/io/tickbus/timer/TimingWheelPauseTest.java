// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimingWheelPauseTest {
    private static final long NOW_NS = 1_000_000;

    private final TimingWheel wheel = TimingWheel.create(100);
    private final List<Integer> fired = new ArrayList<>();

    @Test
    void shouldNotFireWhilePausedButKeepNumber() {
        int timer = wheel.arm(NOW_NS);
        wheel.pause(timer);
        assertFalse(wheel.isPending(timer));
        assertEquals(0, wheel.pending());
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
        assertThrows(IllegalArgumentException.class, () -> wheel.deadlineNs(timer));
        assertNotEquals(timer, wheel.arm(NOW_NS + 1));
        expire(NOW_NS + 1);
        assertFalse(fired.contains(timer));
        wheel.rearm(timer, NOW_NS + 2);
        assertTrue(wheel.isPending(timer));
        expire(NOW_NS + 2);
        assertEquals(timer, fired.get(1));
        assertEquals(0, wheel.pending());
    }

    @Test
    void shouldBeFreeWhenCancelledWhilePaused() {
        int timer = wheel.arm(NOW_NS);
        wheel.pause(timer);
        assertTrue(wheel.cancel(timer));
        assertFalse(wheel.cancel(timer));
        assertThrows(IllegalArgumentException.class, () -> wheel.deadlineNs(timer));
        assertEquals(timer, wheel.arm(NOW_NS), "its number is reused");
    }

    @Test
    void shouldRefuseToPauseWhatIsNotPending() {
        int timer = wheel.arm(NOW_NS);
        wheel.pause(timer);
        for (int wrong : new int[] {-1, timer, timer + 1, 1_000}) {
            assertThrows(IllegalArgumentException.class, () -> wheel.pause(wrong));
        }
    }

    @Test
    void shouldPauseWithinHandlerWhenRearmed() {
        int timer = wheel.arm(NOW_NS);
        wheel.expire(NOW_NS, 10, (firing, deadlineNs) -> {
            wheel.rearm(firing, NOW_NS + 1);
            wheel.pause(firing);
        });
        expire(NOW_NS + 5);
        assertEquals(List.of(), fired);
        wheel.rearm(timer, NOW_NS + 6);
        expire(NOW_NS + 6);
        assertEquals(List.of(timer), fired);
    }

    private void expire(long nowNs) {
        wheel.expire(nowNs, 10, (timer, deadlineNs) -> fired.add(timer));
    }
}
