package io.tickbus.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;

/**
 * Publishes firings that come one after the other. The look for sleepers goes with the first of them, so that it is
 * not late, then with each 256th, and with the last: a look makes the processor wait until all stores are seen,
 * which costs more than the rest of the publishing where subscribers read at the same time.
 */
final class SignalBatch {
    private static final int MASK = 256 - 1;

    private final SignalPublisher publisher;
    private int count;

    SignalBatch(SignalPublisher publisher) {
        this.publisher = publisher;
    }

    long publish(SignalRecord signal) {
        boolean isLookedFor = (count & MASK) == 0;
        count++;
        return isLookedFor ? publisher.publish(signal) : publisher.publishWithoutWaking(signal);
    }

    /** The last one for now is published. */
    void flush() {
        if (((count - 1) & MASK) != 0 && count > 0) {
            publisher.wake();
        }
        count = 0;
    }
}
