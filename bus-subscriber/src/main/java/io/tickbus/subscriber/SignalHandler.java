package io.tickbus.subscriber;

import io.tickbus.core.SignalRecord;

/** Takes signals one by one, on the thread that polls. */
@FunctionalInterface
public interface SignalHandler {
    /**
     * Takes one signal.
     *
     * @param signal a private copy that the next call overwrites; take out of it what must be kept
     */
    void onSignal(SignalRecord signal);
}
