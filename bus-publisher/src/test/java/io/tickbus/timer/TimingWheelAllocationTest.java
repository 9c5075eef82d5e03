// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A wheel that has grown allocates nothing: see the tolerance and its reason in the subscriber's AllocationTest. */
@Timeout(120)
class TimingWheelAllocationTest {
    private static final int PENDING = 50_000;
    private static final int WARM_UP = 1_000_000;
    private static final int COUNT = 1_000_000;
    private static final long TOLERANCE_BYTES = 1_024;
    private static final int ATTEMPTS = 3;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TimingWheel wheel = TimingWheel.create(2 * PENDING);
    private final Random random = new Random(11);
    private final int[] timers = new int[PENDING];
    private long nowNs = 1_000_000_000;
    private int next;
    private long sum;

    @Test
    void shouldAllocateNothingWhenArmingAndCancellingTimeouts() {
        fill(1);
        assertAllocatesNothing(() -> {
            assertTrue(wheel.cancel(timers[next]));
            timers[next] = wheel.arm((nowNs += 50) + 30_000_000_000L);
            next = next + 1 == PENDING ? 0 : next + 1;
            sum += wheel.nextDeadlineNs();
        });
    }

    @Test
    void shouldAllocateNothingWhenArmingCancellingRearmingAndFiringAtRandom() {
        fill(1_000_000_000);
        TimingWheel.ExpiryHandler handler = (timer, deadlineNs) ->
                wheel.rearm(timer, nowNs + random.nextInt(1_000_000_000));
        assertAllocatesNothing(() -> {
            int any = random.nextInt(PENDING);
            assertTrue(wheel.cancel(timers[any]));
            timers[any] = wheel.arm(nowNs + random.nextInt(1_000_000_000));
            wheel.rearm(timers[random.nextInt(PENDING)], nowNs + random.nextInt(1_000_000_000));
            wheel.expire(nowNs += 10_000, 10, handler);
            sum += wheel.nextDeadlineNs();
        });
    }

    private void fill(int rangeNs) {
        for (int i = 0; i < PENDING; i++) {
            timers[i] = wheel.arm((nowNs += 50) + 30_000_000_000L + random.nextInt(rangeNs));
        }
    }

    private void assertAllocatesNothing(Runnable step) {
        repeat(step, WARM_UP);
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && allocated > TOLERANCE_BYTES; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            repeat(step, COUNT);
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("TimingWheelAllocationTest bytes per million steps: " + allocated + " sum=" + sum);
        assertTrue(allocated <= TOLERANCE_BYTES, "allocated=" + allocated);
    }

    private static void repeat(Runnable step, int count) {
        for (int i = 0; i < count; i++) {
            step.run();
        }
    }
}
