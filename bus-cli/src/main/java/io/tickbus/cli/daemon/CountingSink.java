package io.tickbus.cli.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.timer.FiringSink;

/** Publishes firings through another sink, and counts those that were late. Used by the timer thread alone. */
final class CountingSink implements FiringSink {
    private final FiringSink sink;
    private long late;
    private long missed;

    CountingSink(FiringSink sink) {
        this.sink = sink;
    }

    @Override
    public long fire(SignalRecord firing) {
        if (firing.isLate()) {
            late++;
            missed += firing.missed();
        }
        return sink.fire(firing);
    }

    @Override
    public long nextSequence() {
        return sink.nextSequence();
    }

    /** Firings later than the grace. */
    long late() {
        return late;
    }

    /** Occurrences folded into a later one. */
    long missed() {
        return missed;
    }
}
