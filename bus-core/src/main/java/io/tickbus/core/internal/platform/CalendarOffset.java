// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** By how much CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. */
public final class CalendarOffset {
    private static final int ATTEMPTS = 3;
    private static final long CLOSE_NS = 1_000;

    private CalendarOffset() {
    }

    /**
     * Nanoseconds; never more than it is, and some tens less: any CLOCK_MONOTONIC time taken before this call, plus
     * this, is a time that CLOCK_REALTIME has already shown. Allocates.
     */
    public static long measureNs() {
        long shortestNs = Long.MAX_VALUE;
        long best = 0;
        for (int i = 0; i < ATTEMPTS && shortestNs > CLOSE_NS; i++) {
            long beforeNs = System.nanoTime();
            Instant now = Instant.now();
            long afterNs = System.nanoTime();
            if (afterNs - beforeNs < shortestNs) {
                shortestNs = afterNs - beforeNs;
                best = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - afterNs;
            }
        }
        return best;
    }
}
