// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The peers that this project wrote itself, with a clock of the test's, against what any timers must do. */
final class PolledTimersTest {
    private static final Map<String, Supplier<PolledTimers>> TIMERS = Map.of(
            "array", PolledTimers.NaiveArray::new, "map", PolledTimers.NaiveMap::new,
            "two levels", PolledTimers.TwoLevelWheel::new, "agrona", PolledTimers.AgronaWheel::new);
    private static final long ORIGIN_NS = 123_456_789_000L;
    private static final long TICK_NS = 1_000_000;
    private static final int COUNT = 500;
    private static final int REPEATS = 20;

    @ParameterizedTest
    @ValueSource(strings = {"array", "map", "two levels", "agrona"})
    void shouldFireEachInTheTickAfterItsDeadline(String name) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        PolledTimers timers = TIMERS.get(name).get();
        timers.open(COUNT, ORIGIN_NS);
        long[] deadlineNs = new long[COUNT];
        int[] fired = new int[COUNT];
        for (int timer = 0; timer < COUNT; timer++) {
            deadlineNs[timer] = ORIGIN_NS + 1 + random.nextLong(2_000 * TICK_NS);
            timers.arm(timer, deadlineNs[timer]);
        }
        long[] now = {ORIGIN_NS};
        IntConsumer fire = timer -> {
            String what = "seed=" + seed + " timer=" + timer + " deadlineNs=" + deadlineNs[timer] + " now=" + now[0];
            assertTrue(deadlineNs[timer] <= now[0], what);
            assertTrue(now[0] - deadlineNs[timer] < TICK_NS, what);
            if (++fired[timer] < REPEATS) {
                deadlineNs[timer] = now[0] + 1 + random.nextLong(300 * TICK_NS);
                timers.arm(timer, deadlineNs[timer]);
            }
        };
        for (long tick = 0; tick < 9_000; tick++) {
            now[0] = ORIGIN_NS + tick * TICK_NS;
            timers.poll(now[0], fire);
        }
        for (int timer = 0; timer < COUNT; timer++) {
            assertEquals(REPEATS, fired[timer], "seed=" + seed + " timer=" + timer);
        }
    }
}
