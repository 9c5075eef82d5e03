// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

/**
 * Callbacks for what happens besides the signals. Each does nothing unless overridden.
 *
 * <p><b>Threads:</b> the one that polls, waits or asks for the publisher's status; {@code onLoss} also the one that
 * attaches.
 */
public interface SubscriberListener {
    /** Ignores all callbacks; the subscriber's counters still count. */
    SubscriberListener NONE = new SubscriberListener() {
    };

    /**
     * Signals were overwritten before they could be read.
     *
     * @param firstSequence the first one missed
     * @param count         how many, exactly
     */
    default void onLoss(long firstSequence, long count) {
    }

    /** Another publisher has taken over and continues the sequence; {@code epoch} counts publishers. */
    default void onPublisherRestarted(long epoch) {
    }

    /**
     * The bus was deleted and recreated: sequences start again from {@code nextSequence}, and how many signals of the
     * former history were missed at its end cannot be known.
     */
    default void onNewHistory(long nextSequence) {
    }

    /** The publisher's status has changed. */
    default void onPublisherStatus(PublisherStatus status) {
    }

    /**
     * A handler takes longer than {@link SubscriberOptions#withSlowHandlerNs} allows: called while it runs, on a thread
     * of the subscriber's, and once it has returned, on the one that polls, with its whole duration. Only the second
     * call comes where it returned soon after the limit. What this throws goes to the thread's
     * {@link Thread.UncaughtExceptionHandler}.
     */
    default void onSlowHandler(SlowHandler slow) {
    }
}
