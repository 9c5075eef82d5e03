// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KernelBoundTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final long STEP = MS / 2;
    private static final long SYNCHRONIZED = 3 * MS;

    private final KernelBound bound = new KernelBound();

    /** What the kernel says when it was synchronized at 0. */
    private static long kernel(long nowNs) {
        return SYNCHRONIZED + nowNs / SECOND * STEP;
    }

    @Test
    void shouldGrowEvenlyWhenKernelAddsOnceASecond() {
        long beforeNs = bound.boundNs(kernel(300 * MS), 300 * MS);
        for (long nowNs = 310 * MS; nowNs < 20 * SECOND; nowNs += 10 * MS) {
            long nextNs = bound.boundNs(kernel(nowNs), nowNs);
            assertTrue(nextNs >= SYNCHRONIZED + nowNs / 2_000, "less than the true bound");
            assertTrue(nextNs <= SYNCHRONIZED + nowNs / 2_000 + STEP);
            assertTrue(nextNs - beforeNs >= 0 && nextNs - beforeNs <= 5_001, "a clock that only drifts");
            beforeNs = nextNs;
        }
    }

    @Test
    void shouldFollowAtOnceWhenClockBecomesBetterOrWorse() {
        bound.boundNs(SYNCHRONIZED, 0);
        assertEquals(SYNCHRONIZED + MS + STEP, bound.boundNs(SYNCHRONIZED + MS, 10 * MS), "two steps in no time");
        assertEquals(SYNCHRONIZED + MS + 7_000 + STEP, bound.boundNs(SYNCHRONIZED + MS + 7_000, 20 * MS));
        assertEquals(MS + STEP, bound.boundNs(MS, 30 * MS));
        assertEquals(MS + STEP, bound.boundNs(MS, 40 * MS), "no more than a second of drift is missing");
    }
}
