package io.tickbus.timer;

/**
 * Timers waiting for their deadlines, as a duty cycle drives them.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> never blocks. <b>Loss:</b> a timer fires at or after its deadline, never
 * before; occurrences that could not fire on their own are counted in the firing they are folded into.
 */
public interface TimerQueue {
    /** The earliest deadline, CLOCK_MONOTONIC nanoseconds; {@link Long#MAX_VALUE} without any timer. Exact. */
    long nextDeadlineNs();

    /**
     * Puts right what a fault may have left half done. The JVM throws the {@link InternalError} of an access to memory
     * that somebody has shortened some time after the access, in the middle of anything; nothing else may be called
     * after one before this. What was cut short is as if it had not begun, or done: a timer fires neither twice nor
     * never. May take long where there are many timers; returns at once where nothing was cut short.
     *
     * @param sink takes a firing that was on its way
     */
    void repair(FiringHandler sink);

    /**
     * Fires what is due, in deadline order.
     *
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     * @param limit the most to fire in this call, at least 1
     * @return how many fired; {@code limit} says that more may be due
     */
    int expire(long nowNs, int limit, FiringHandler sink);

    /**
     * Has in the cache what the next firings will look at; called when there is time before they are due. Changes
     * nothing.
     *
     * @param untilNs for those that are due by then, CLOCK_MONOTONIC nanoseconds
     */
    default void prepare(long untilNs) {
        // Nothing is far away.
    }

    /**
     * The slack of the pending timer that has the least, an eighth of its delay or period: how long the earliest firing
     * may be put off so that firings share a wake-up, and none is later than its own slack.
     */
    long shortestSlackNs();

    /**
     * Looks whether CLOCK_REALTIME was set, if that is due to be looked at; once per duty cycle.
     *
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     * @return when to call it again at the latest, whatever is due; {@link Long#MAX_VALUE} while nothing depends on it
     */
    default long lookAtCalendar(long nowNs) {
        return Long.MAX_VALUE;
    }

    /**
     * A bounded piece of what can wait: once per duty cycle, after the firings.
     *
     * @return how much was done; 0 says that nothing is left
     */
    int doHousekeeping();
}
