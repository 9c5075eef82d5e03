// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalHistory;
import io.tickbus.core.SignalRecord;
import java.util.concurrent.TimeUnit;

/**
 * What a subscriber does about a signal that the ring has overwritten: reads it from a {@link SignalHistory} if there
 * is one, or decides where to continue. A history may lag a little behind the ring; one that stays behind counts as
 * one that does not have the signal.
 */
final class OverrunRecovery {
    private static final long HISTORY_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long FIRST_HEADROOM = 8;
    private static final int MAX_DOUBLINGS = 24;

    private final OverrunPolicy policy;
    /** Null for none. */
    private final SignalHistory history;
    private long waitingFor = Long.MIN_VALUE;
    private long waitingSinceNs;
    private long copied;
    private long overruns;
    private int doublings;
    private long continuedAt = Long.MIN_VALUE;

    OverrunRecovery(OverrunPolicy policy, SignalHistory history) {
        this.policy = policy;
        this.history = history;
    }

    /** Copies an overwritten signal from the history; as {@link SignalHistory#read}. */
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
        return nowNs - waitingSinceNs > HISTORY_TIMEOUT_NS;
    }

    /** The sequence to continue at after {@code sequence}, which neither the ring nor the history has. */
    long nextAfter(long sequence, BusFollower bus) {
        long next = bus.position().nextAfterLap(sequence);
        long oldest = bus.ring().oldestReadable(bus.baseSequence(), next);
        long inHistory = history == null ? Long.MAX_VALUE : history.nextAfter(bus.historyId(), sequence);
        if (inHistory < oldest) {
            return inHistory;
        }
        overruns++;
        if (policy == OverrunPolicy.FAIL) {
            throw new BusException(Reason.OVERRUN, bus.toString(), "sequence " + sequence
                    + " was overwritten before it was read, the publisher is at " + bus.nextSequence(),
                    "poll faster, use more slots, or another overrun policy");
        }
        continuedAt = policy == OverrunPolicy.NEWEST ? next : Math.min(next, Math.max(sequence + 1, oldest)
                + headroom(sequence, bus.ring().slotCount()));
        return continuedAt;
    }

    /**
     * A publisher at full speed overwrites the oldest signal before it can be copied. Each attempt in a row that fails
     * doubles the distance to it, so that the chase ends after a few.
     */
    private long headroom(long sequence, int slotCount) {
        doublings = sequence == continuedAt ? Math.min(doublings + 1, MAX_DOUBLINGS) : 0;
        return doublings == 0 ? 0 : Math.min(slotCount / 2, FIRST_HEADROOM << doublings);
    }

    /** Signals that came from the history. */
    long copied() {
        return copied;
    }

    long overruns() {
        return overruns;
    }
}
