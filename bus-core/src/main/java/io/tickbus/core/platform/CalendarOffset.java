package io.tickbus.core.platform;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** By how much CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. */
public final class CalendarOffset {
    private static final int ATTEMPTS = 3;

    private CalendarOffset() {
    }

    /** Nanoseconds, by the two readings that were closest together; some tens of nanoseconds off at best. Allocates. */
    public static long measureNs() {
        long shortestNs = Long.MAX_VALUE;
        long best = 0;
        for (int i = 0; i < ATTEMPTS; i++) {
            long beforeNs = System.nanoTime();
            Instant now = Instant.now();
            long tookNs = System.nanoTime() - beforeNs;
            if (tookNs < shortestNs) {
                shortestNs = tookNs;
                best = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - beforeNs - tookNs / 2;
            }
        }
        return best;
    }
}
