// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * Timers waiting for their deadlines, as a duty cycle drives them.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> never blocks. <b>Loss:</b> a timer fires at or after its deadline, never
 * before; occurrences that could not fire on their own are counted in one that does.
 */
public interface TimerQueue {
    /** The earliest deadline, CLOCK_MONOTONIC nanoseconds; {@link Long#MAX_VALUE} without any timer. Exact. */
    long nextDeadlineNs();

    /**
     * Repairs what a fault may have left half done. The JVM throws the {@link InternalError} of an access to truncated
     * memory some time after the access, at any point of the code. After such a fault this must be called before
     * anything else. A change that was cut short is then either undone or complete: a timer fires neither twice nor
     * never. Takes time in proportion to the number of timers; returns at once if nothing was cut short.
     *
     * @param handler takes a firing that was in flight
     */
    void repair(FiringHandler handler);

    /**
     * Fires what is due, in deadline order.
     *
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     * @param limit the most to fire in this call, at least 1
     * @return how many fired; {@code limit} says that more may be due
     */
    int expire(long nowNs, int limit, FiringHandler handler);

    /**
     * Prefetches what the next firings will use; called when there is time before they are due. Changes nothing.
     *
     * @param untilNs for timers that are due by then, CLOCK_MONOTONIC nanoseconds
     */
    default void prefetch(long untilNs) {
        // A small queue is in the cache.
    }

    /**
     * The least slack of all pending timers, an eighth of a timer's delay or period: how long the earliest firing may
     * be delayed so that firings share a wake-up and none is later than its own slack.
     */
    long shortestSlackNs();

    /**
     * Checks whether CLOCK_REALTIME was set, if a check is due; call it once per duty cycle.
     *
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     * @return when to call it again at the latest; {@link Long#MAX_VALUE} while there are no calendar timers
     */
    default long pollCalendar(long nowNs) {
        return Long.MAX_VALUE;
    }

    /**
     * Does a bounded piece of deferred work; call it once per duty cycle, after the firings.
     *
     * @return how much was done; 0 says that nothing is left
     */
    int doHousekeeping();
}
