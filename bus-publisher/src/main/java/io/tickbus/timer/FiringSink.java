package io.tickbus.timer;

import io.tickbus.core.SignalRecord;

/**
 * Takes the firings of a {@link TimerQueue}, in deadline order.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> must not block: every timer waits for it.
 */
@FunctionalInterface
public interface FiringSink {
    /** The answer to a firing that became no signal. */
    long UNPUBLISHED = -1;

    /**
     * Takes one firing; everything but {@code publishedNs} is set, and the record is reused for the next.
     *
     * @return the sequence of the signal it became, or {@link #UNPUBLISHED}
     */
    long fire(SignalRecord firing);

    /** After the last firing for now: what a sink puts off until there are several is to be done. */
    default void settle() {
        // Most put off nothing.
    }

    /**
     * The sequence that the next firing's signal will get: that it has grown tells {@link TimerQueue#repair} that a
     * firing which was cut short by a fault has become a signal. {@link #UNPUBLISHED} for a sink that cannot tell; then
     * such a firing counts as published.
     */
    default long nextSequence() {
        return UNPUBLISHED;
    }
}
