// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

/**
 * One aligned 32-bit word of a shared file on which threads of several processes can sleep and be woken.
 *
 * <p><b>Threads:</b> {@link #await} by one thread per instance; {@link #wakeAll} by any.
 * <p><b>Progress:</b> {@code await} blocks, always bounded by its deadline; {@code wakeAll} does not block.
 * <p><b>Loss:</b> a wake-up may be spurious and is never a message: check the data again after each return.
 *
 * <p>Source: Drepper, <i>Futexes Are Tricky</i> (2011); futex(2).
 */
public interface FutexWord {
    /** The sleeper was woken, or spuriously returned. */
    int WOKEN = 0;
    /** The word did not hold the expected value, or its file was shortened: the thread did not sleep. */
    int CHANGED = 1;
    /** The deadline passed. */
    int TIMED_OUT = 2;

    /**
     * Sleeps while the word holds {@code expected}.
     *
     * @param expected   the value read before the last check of the data
     * @param deadlineNs absolute CLOCK_MONOTONIC time in nanoseconds ({@link System#nanoTime()})
     * @return {@link #WOKEN}, {@link #CHANGED} or {@link #TIMED_OUT}
     */
    int await(int expected, long deadlineNs);

    /**
     * Wakes every sleeper of every process.
     *
     * @return how many were woken; 0 where that cannot be known
     */
    int wakeAll();
}
