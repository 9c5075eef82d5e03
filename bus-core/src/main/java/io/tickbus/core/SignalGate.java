package io.tickbus.core;

/**
 * What a {@link WaitStrategy} may look at and do while it waits for the next thing to happen. A subscriber waits at the
 * gate of its next signal; the daemon at the gate of its next deadline.
 *
 * <p><b>Threads:</b> the one that waits.
 */
public interface SignalGate {
    /** Plan of a sleep that does not depend on deadlines. */
    long ANY_DEADLINE = Long.MIN_VALUE;

    /** Whether there is something to do now. Wait-free, no system call. */
    boolean isOpen();

    /** When the next timer is due, CLOCK_MONOTONIC nanoseconds; {@link Long#MAX_VALUE} without one. */
    long nextDeadlineNs();

    /**
     * Sleeps until woken or until a time, unless the gate is open or the plan is outdated. May return early without
     * any reason.
     *
     * @param untilNs           CLOCK_MONOTONIC nanoseconds
     * @param plannedDeadlineNs the announced deadline that the sleep was planned for: it is not begun when another has
     *                          been announced meanwhile; {@link #ANY_DEADLINE} where deadlines do not matter
     */
    void park(long untilNs, long plannedDeadlineNs);
}
