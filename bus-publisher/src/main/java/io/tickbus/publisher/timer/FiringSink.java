package io.tickbus.publisher.timer;

import io.tickbus.core.SignalRecord;

/** Takes the firings of a {@link TimerQueue}, on the timer thread, in deadline order. */
@FunctionalInterface
public interface FiringSink {
    /** Takes one firing; everything but {@code publishedNs} is set, and the record is reused for the next. */
    void fire(SignalRecord firing);
}
