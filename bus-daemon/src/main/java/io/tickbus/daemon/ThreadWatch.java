// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Detects that another thread's loop has stalled. The watching thread counts only time in which it has run itself, so
 * that it reports nothing after the whole process was stopped and continued.
 *
 * <p><b>Threads:</b> the watching one; {@code rounds} may be any's. <b>Progress:</b> wait-free, allocates nothing.
 */
final class ThreadWatch {
    private static final long LONGEST_STEP_NS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier rounds;
    private final long timeoutNs;
    private long seenRounds;
    private long checkedNs;
    private long silentNs = Long.MIN_VALUE;

    /**
     * A watch on a thread that has not stalled yet.
     *
     * @param rounds     another number after each round of the loop
     * @param timeoutNs  how long it may be silent
     */
    ThreadWatch(LongSupplier rounds, long timeoutNs) {
        this.rounds = rounds;
        this.timeoutNs = timeoutNs;
    }

    /** A check, at CLOCK_MONOTONIC nanoseconds; true the first time that the thread has been silent for too long. */
    boolean findsStall(long nowNs) {
        long current = rounds.getAsLong();
        if (current != seenRounds || silentNs == Long.MIN_VALUE) {
            seenRounds = current;
            checkedNs = nowNs;
            silentNs = 0;
            return false;
        }
        boolean wasStalled = isStalled();
        silentNs += Math.min(nowNs - checkedNs, LONGEST_STEP_NS);
        checkedNs = nowNs;
        return isStalled() && !wasStalled;
    }

    /** Whether it was silent for too long at the latest check. */
    boolean isStalled() {
        return silentNs > timeoutNs;
    }
}
