package io.tickbus.subscriber;

import io.tickbus.core.SignalHistory;
import io.tickbus.core.SignalRecord;
import java.util.concurrent.TimeUnit;

/**
 * What a subscriber reads when the ring has overwritten what it wants: a {@link SignalHistory}, or nothing. A history
 * may be a little behind the ring; one that stays behind counts as one that does not have it.
 */
final class PastSignals {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

    private final SignalHistory history;
    private long waitingFor = Long.MIN_VALUE;
    private long waitingSinceNs;
    private long copied;

    /** Reads a history; null for none. */
    PastSignals(SignalHistory history) {
        this.history = history;
    }

    /** Copies a signal; as {@link SignalHistory#read}. */
    int read(long historyId, long sequence, SignalRecord signal) {
        if (history == null) {
            return SignalHistory.MISSING;
        }
        int found = history.read(historyId, sequence, signal.fields());
        if (found == SignalHistory.COPIED) {
            copied++;
        } else if (found == SignalHistory.NOT_YET && isTooLate(sequence)) {
            return SignalHistory.MISSING;
        }
        return found;
    }

    private boolean isTooLate(long sequence) {
        long nowNs = System.nanoTime();
        if (waitingFor != sequence) {
            waitingFor = sequence;
            waitingSinceNs = nowNs;
        }
        return nowNs - waitingSinceNs > PATIENCE_NS;
    }

    /** The first after a missing one that is there; {@link Long#MAX_VALUE} for none. */
    long nextAfter(long historyId, long missing) {
        return history == null ? Long.MAX_VALUE : history.nextAfter(historyId, missing);
    }

    /** Signals that came from it. */
    long copied() {
        return copied;
    }
}
