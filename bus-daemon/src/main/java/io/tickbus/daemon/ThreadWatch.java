package io.tickbus.daemon;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One thread's loop as another thread sees it: whether it still comes round. The thread that looks counts only the time
 * in which it has come round itself, so that a process that was stopped and continued accuses nobody.
 *
 * <p><b>Threads:</b> the one that looks; {@code rounds} may be of any. <b>Progress:</b> wait-free, allocates nothing.
 */
final class ThreadWatch {
    private static final long LONGEST_STEP_NS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier rounds;
    private final long patienceNs;
    private long seenRounds;
    private long lookedNs;
    private long silentNs = Long.MIN_VALUE;

    /**
     * A watch on a thread that has not stalled yet.
     *
     * @param rounds     another number whenever it has come round
     * @param patienceNs how long it may be silent
     */
    ThreadWatch(LongSupplier rounds, long patienceNs) {
        this.rounds = rounds;
        this.patienceNs = patienceNs;
    }

    /** One look, at CLOCK_MONOTONIC nanoseconds; true the first time that it finds the thread silent for too long. */
    boolean findsStall(long nowNs) {
        long current = rounds.getAsLong();
        if (current != seenRounds || silentNs == Long.MIN_VALUE) {
            seenRounds = current;
            lookedNs = nowNs;
            silentNs = 0;
            return false;
        }
        boolean wasStalled = isStalled();
        silentNs += Math.min(nowNs - lookedNs, LONGEST_STEP_NS);
        lookedNs = nowNs;
        return isStalled() && !wasStalled;
    }

    /** Whether it was silent for too long at the latest look. */
    boolean isStalled() {
        return silentNs > patienceNs;
    }
}
