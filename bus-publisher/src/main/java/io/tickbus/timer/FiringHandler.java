// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.SignalRecord;

/**
 * Takes the firings of a {@link TimerQueue}, in deadline order.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> must not block: every timer waits for it.
 */
@FunctionalInterface
public interface FiringHandler {
    /** Returned by {@link #fire} for a firing that was not published. */
    long UNPUBLISHED = -1;

    /**
     * Takes one firing; everything but {@code publishedNs} is set. The caller reuses the record for the next firing.
     *
     * @return the sequence of the published signal, or {@link #UNPUBLISHED}
     */
    long fire(SignalRecord firing);

    /** Publishes what the handler has buffered. Called after the last firing of a batch. */
    default void flush() {
        // A handler that buffers nothing has nothing to do.
    }

    /**
     * The sequence that the next firing's signal will get, or {@link #UNPUBLISHED} if the handler cannot tell.
     *
     * <p>{@link TimerQueue#repair} compares it before and after: if it has grown, the firing that a fault cut short has
     * become a signal. Such a firing counts as published if the handler cannot tell.
     */
    default long nextSequence() {
        return UNPUBLISHED;
    }
}
