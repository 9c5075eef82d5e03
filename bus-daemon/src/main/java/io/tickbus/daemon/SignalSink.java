package io.tickbus.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.timer.FiringHandler;

/**
 * A sink that publishes each firing as one signal, and does nothing with the timers: so firings can be taken out of the
 * timers some at a time and be given to it afterwards.
 */
interface SignalSink extends FiringHandler {
    @Override
    default long fire(SignalRecord firing) {
        return fireStamped(firing.publishedNs(System.nanoTime()));
    }

    /** As {@link #fire}, of a firing whose {@code publishedNs} is set too. */
    long fireStamped(SignalRecord firing);

    /** Another of the same kind, whose signals nobody hears. */
    SignalSink unheard();
}
