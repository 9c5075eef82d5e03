// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WakeGuardTest {
    private static final int SAMPLES = 200_000;
    private static final long HORIZON_NS = 1_000_000_000;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final WakeGuard guard = new WakeGuard();

    @Test
    void shouldStartAtInitialGuard() {
        assertEquals(80_000, guard.guardNs());
        assertEquals(0, guard.wakeUps());
    }

    @Test
    void shouldConvergeToPercentile98() {
        System.out.println("WakeGuardTest -Dseed=" + seed);
        long[] samples = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            // Long-tailed, as wake-ups are: half below 20 µs, one in fifty above 120 µs or so.
            samples[i] = Math.round(20_000 * Math.exp(0.87 * random.nextGaussian()));
            guard.recordWakeUp(samples[i]);
        }
        long covered = 0;
        long estimateNs = 0;
        for (int i = 0; i < SAMPLES; i++) {
            estimateNs += guard.guardNs() - WakeGuard.MARGIN_NS;
            covered += samples[i] <= guard.guardNs() - WakeGuard.MARGIN_NS ? 1 : 0;
            guard.recordWakeUp(samples[i]);
        }
        double share = (double) covered / SAMPLES;
        assertTrue(share > 0.975 && share < 0.985, "share=" + share + " -Dseed=" + seed);
        Arrays.sort(samples);
        double mean = (double) estimateNs / SAMPLES;
        double exact = samples[(int) (0.98 * SAMPLES)];
        assertTrue(Math.abs(mean / exact - 1) < 0.15, "mean=" + mean + " exact=" + exact + " -Dseed=" + seed);
    }

    @Test
    void shouldStayWhenStallsAreHugeAndRare() {
        for (int i = 0; i < SAMPLES; i++) {
            guard.recordWakeUp(20_000 + random.nextInt(10_000));
        }
        long calmNs = guard.guardNs();
        for (int i = 0; i < SAMPLES; i++) {
            guard.recordWakeUp(i % 500 == 0 ? 40_000_000 : 20_000 + random.nextInt(10_000));
            assertTrue(guard.guardNs() < calmNs + 16_000, "guardNs=" + guard.guardNs() + " -Dseed=" + seed);
        }
    }

    @Test
    void shouldMoveOneStepWhenStallIsHuge() {
        long before = guard.guardNs();
        guard.recordWakeUp(Long.MAX_VALUE);
        assertEquals(before + 4_000, guard.guardNs());
        guard.recordWakeUp(0);
        assertEquals(before + 4_000 - 4_000 / 49, guard.guardNs());
        assertEquals(2, guard.wakeUps());
    }

    @Test
    void shouldStayWithinBounds() {
        for (int i = 0; i < 10_000; i++) {
            guard.recordWakeUp(Long.MAX_VALUE);
            assertTrue(guard.guardNs() <= WakeGuard.MAX_NS);
        }
        assertEquals(WakeGuard.MAX_NS, guard.guardNs());
        for (int i = 0; i < 10_000; i++) {
            guard.recordWakeUp(0);
            assertTrue(guard.guardNs() >= WakeGuard.MARGIN_NS);
        }
        assertEquals(WakeGuard.MARGIN_NS, guard.guardNs());
    }

    @Test
    void shouldSpendBoundedShareWhenDeadlineIsNear() {
        while (guard.guardNs() < WakeGuard.MAX_NS) {
            guard.recordWakeUp(Long.MAX_VALUE);
        }
        assertEquals(150_000, guard.guardNs(HORIZON_NS));
        assertEquals(80_000, guard.guardNs(1_000_000));
        assertEquals(40_000, guard.guardNs(500_000));
        assertEquals(32_000, guard.guardNs(400_000));
        assertEquals(32_000, guard.guardNs(100_000));
        assertEquals(32_000, guard.guardNs(0));
        assertEquals(32_000, guard.guardNs(-HORIZON_NS));
    }

    @Test
    void shouldObeyNewBoundsWhenTheyAreChanged() {
        guard.setBounds(20_000, 60_000, 0.5);
        assertEquals(60_000, guard.guardNs());
        for (int i = 0; i < 10_000; i++) {
            guard.recordWakeUp(0);
        }
        assertEquals(20_000, guard.guardNs());
        guard.setBounds(100_000, 400_000, 0.5);
        assertEquals(100_000, guard.guardNs());
        assertEquals(100_000, guard.guardNs(0), "the shortest guard, whatever it costs");
        for (int i = 0; i < 10_000; i++) {
            guard.recordWakeUp(Long.MAX_VALUE);
        }
        assertEquals(400_000, guard.guardNs(HORIZON_NS));
        assertEquals(250_000, guard.guardNs(500_000));
        guard.setBounds(0, 0, 0);
        guard.recordWakeUp(Long.MAX_VALUE);
        assertEquals(0, guard.guardNs(HORIZON_NS));
    }

    @Test
    void shouldKeepWhatItLearnedWhenBoundsAllowIt() {
        for (int i = 0; i < 10; i++) {
            guard.recordWakeUp(Long.MAX_VALUE);
        }
        guard.setBounds(0, WakeGuard.MAX_NS, 1);
        assertEquals(120_000, guard.guardNs());
        assertEquals(120_000, guard.guardNs(120_000));
        assertEquals(10, guard.wakeUps());
    }

    @Test
    void shouldRefuseBoundsThatContradictEachOther() {
        for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> guard.setBounds(0, 1, share));
        }
        assertThrows(IllegalArgumentException.class, () -> guard.setBounds(-1, 1, 0.1));
        String message =
                assertThrows(IllegalArgumentException.class, () -> guard.setBounds(2, 1, 0.1)).getMessage();
        assertTrue(message.contains("minNs=2 maxNs=1"), message);
        assertEquals(80_000, guard.guardNs());
    }
}
