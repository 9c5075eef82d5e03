// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import java.util.concurrent.TimeUnit;

/**
 * The error bound of the kernel's clock at any time. The kernel adds 500 µs to it once a second, for what has grown
 * since the second before: so it is up to that much too small, and its steps are not the clock's.
 */
final class KernelBound {
    private static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private long lastNs = Long.MIN_VALUE / 2;
    private long lastReadNs;
    private long boundNs;

    /**
     * The bound at a CLOCK_MONOTONIC time, which does not go back.
     *
     * @param maxErrorNs what the kernel says then
     */
    long boundNs(long maxErrorNs, long nowNs) {
        long grownNs = maxErrorNs - lastNs;
        long elapsedNs = nowNs - lastReadNs;
        boolean isOnlyTime = grownNs >= 0 && grownNs % STEP_NS == 0 && grownNs / STEP_NS <= elapsedNs / SECOND_NS + 1;
        long expectedNs = boundNs + (elapsedNs * STEP_NS + SECOND_NS - 1) / SECOND_NS;
        boundNs = isOnlyTime ? Math.min(expectedNs, maxErrorNs + STEP_NS) : maxErrorNs + STEP_NS;
        lastNs = maxErrorNs;
        lastReadNs = nowNs;
        return boundNs;
    }
}
