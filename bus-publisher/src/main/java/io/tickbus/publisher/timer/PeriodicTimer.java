package io.tickbus.publisher.timer;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.layout.SignalRecordLayout;

/**
 * A timer that fires at {@code anchor + n × period} and knows what it missed: it never drifts, and lateness of one
 * firing does not move the next.
 *
 * <p>Misfire policy FIRE_ONCE: when the earliest unfired occurrence is late by more than the grace, all that are due by
 * now are folded into one firing that carries this occurrence's number and deadline, and in {@code missed} how many
 * more it stands for. So the sum of {@code 1 + missed} is always the number of elapsed occurrences.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> wait-free, no allocation. <b>Loss:</b> none in silence, as said.
 */
public final class PeriodicTimer {
    private final long periodNs;
    private final int signalId;
    private final long key;
    private final long graceNs;
    private long deadlineNs;
    private int occurrence;

    /**
     * A timer whose first occurrence is at the anchor.
     *
     * @param anchorNs CLOCK_MONOTONIC nanoseconds
     * @param periodNs nanoseconds, at least 1,000
     * @param graceNs  nanoseconds an occurrence may be late and still fire on its own, at least 0
     */
    public PeriodicTimer(long anchorNs, long periodNs, int signalId, long key, long graceNs) {
        if (periodNs < 1_000) {
            throw new IllegalArgumentException("a period must be at least 1 µs: periodNs=" + periodNs);
        }
        this.deadlineNs = anchorNs;
        this.periodNs = periodNs;
        this.signalId = signalId;
        this.key = key;
        this.graceNs = graceNs;
    }

    /** The earliest occurrence that has not fired. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** Fills in the firing that is due now and moves on; only to be called when {@code nowNs >= deadlineNs()}. */
    void fire(long nowNs, SignalRecord firing) {
        long latenessNs = nowNs - deadlineNs;
        boolean isLate = latenessNs > graceNs;
        int missed = isLate ? (int) Math.min(latenessNs / periodNs, Integer.MAX_VALUE) : 0;
        int flags = (isLate ? SignalRecordLayout.FLAG_LATE : 0) | (missed > 0 ? SignalRecordLayout.FLAG_COALESCED : 0);
        firing.clear().signalId(signalId).key(key).deadlineNs(deadlineNs).flags(flags).occurrence(occurrence, missed);
        deadlineNs += (1L + missed) * periodNs;
        occurrence += 1 + missed;
    }
}
