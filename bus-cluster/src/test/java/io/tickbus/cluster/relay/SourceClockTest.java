// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.SignalsLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SourceClockTest {
    private static final long DIFFERENCE_NS = 123_456_789_012_345L;

    /** By how much the other clock runs faster, in ppm; NTP slews each by up to 500. */
    private static final long DRIFT_PPM = 900;

    private final SourceClock clock = new SourceClock();

    @Test
    void shouldNeverErrByMoreThanItSaysWhenWaysDiffer() {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        clock.reset();
        long nowNs = 1_000;
        for (int i = 0; i < 10_000; i++) {
            long thereNs = random.nextLong(200_000);
            long backNs = random.nextLong(200_000);
            long arrivedNs = nowNs + thereNs;
            long leftNs = arrivedNs + random.nextLong(1_000_000);
            clock.measured(nowNs, arrivedNs + DIFFERENCE_NS, leftNs + DIFFERENCE_NS, leftNs + backNs);
            nowNs = leftNs + backNs + random.nextLong(100_000_000);
            long errorNs = Math.abs(clock.offsetNs() - DIFFERENCE_NS);
            assertTrue(errorNs <= clock.errorNs(nowNs), () -> "error=" + errorNs + " seed=" + seed);
        }
        assertEquals(SignalsLayout.SOURCE_CLOCK_MEASURED, clock.kind());
    }

    @Test
    void shouldNeverErrByMoreThanItSaysWhenClocksAreSlewed() {
        SplittableRandom random = new SplittableRandom(1);
        clock.reset();
        long nowNs = 1_000;
        for (int i = 0; i < 10_000; i++) {
            long arrivedNs = nowNs + random.nextLong(200_000);
            long backNs = random.nextLong(200_000);
            clock.measured(nowNs, slewed(arrivedNs), slewed(arrivedNs), arrivedNs + backNs);
            nowNs = arrivedNs + backNs + random.nextLong(1_000_000_000);
            long errorNs = Math.abs(clock.offsetNs() - (slewed(nowNs) - nowNs));
            long saidNs = clock.errorNs(nowNs);
            assertTrue(errorNs <= saidNs, () -> "error=" + errorNs + " said=" + saidNs);
        }
    }

    private static long slewed(long ns) {
        return ns + ns * DRIFT_PPM / 1_000_000;
    }

    @Test
    void shouldKeepBetterMeasurementUntilItIsOld() {
        clock.reset();
        assertTrue(clock.measured(0, 100, 100, 200));
        assertEquals(101, clock.errorNs(200));
        assertFalse(clock.measured(1_000, 1_500, 1_500, 3_000));
        assertEquals(0, clock.offsetNs());
        assertTrue(clock.measured(10_000_000, 10_000_500, 10_000_500, 10_001_000), "it has drifted 2 us since");
        assertTrue(clock.errorNs(20_001_000) > clock.errorNs(10_001_000));
    }

    @Test
    void shouldTakeFastestMessageWhenNoAnswerComes() {
        clock.reset();
        assertEquals(-1, clock.errorNs(0));
        clock.received(1_000, 900);
        clock.received(2_000, 1_980);
        clock.received(3_000, 2_890);
        assertEquals(SignalsLayout.SOURCE_CLOCK_UNKNOWN, clock.kind());
        assertEquals(110, clock.offsetNs());
        assertEquals(-1, clock.errorNs(3_000));
    }

    @Test
    void shouldMeasureNothingWhenClockIsTheSame() {
        clock.reset();
        clock.same();
        clock.received(1_000, 900);
        assertFalse(clock.measured(0, 10, 10, 10));
        assertEquals(0, clock.offsetNs());
        assertEquals(0, clock.errorNs(1_000_000_000));
    }
}
