// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

/**
 * What a {@link WaitStrategy} waits for: a subscriber's next signal, or the daemon's next deadline.
 *
 * <p><b>Threads:</b> the waiting one.
 */
public interface WaitCondition {
    /** Plan of a sleep that does not depend on deadlines. */
    long ANY_DEADLINE = Long.MIN_VALUE;

    /** Whether there is something to do now. Wait-free, no system call. */
    boolean isReady();

    /** When the next timer is due, CLOCK_MONOTONIC nanoseconds; {@link Long#MAX_VALUE} without one. */
    long nextDeadlineNs();

    /**
     * Sleeps until woken or until a time, unless the condition is ready or the plan is outdated. May return early
     * for no reason.
     *
     * @param untilNs           CLOCK_MONOTONIC nanoseconds
     * @param plannedDeadlineNs the announced deadline that the sleep was planned for: it is not begun when another has
     *                          been announced meanwhile; {@link #ANY_DEADLINE} where deadlines do not matter
     */
    void park(long untilNs, long plannedDeadlineNs);
}
