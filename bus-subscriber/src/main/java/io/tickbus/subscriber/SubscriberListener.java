package io.tickbus.subscriber;

/**
 * Hears what happens besides the signals. Every method does nothing unless overridden.
 *
 * <p><b>Threads:</b> the one that polls, waits or asks for the publisher's status; {@code onLoss} also the one that
 * attaches.
 */
public interface SubscriberListener {
    /** A listener that hears nothing; the subscriber's counters still count. */
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

    /** Another publisher has taken over, with the sequence going on; {@code epoch} counts them. */
    default void onPublisherRestarted(long epoch) {
    }

    /**
     * The bus was deleted and made anew: sequences start again from {@code nextSequence}, and how many signals of the
     * old line were missed at its end cannot be known.
     */
    default void onNewHistory(long nextSequence) {
    }

    /** The publisher's condition has changed. */
    default void onPublisherStatus(PublisherStatus status) {
    }
}
