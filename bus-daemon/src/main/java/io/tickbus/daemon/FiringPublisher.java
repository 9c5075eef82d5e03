// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.FiringHandler;

/**
 * Publishes firings in rows: takes a row of them out of the timers, stamps them, and publishes them back to back. A
 * subscriber that waits for each signal has the next slot's memory in its cache, and to get it back takes longer than a
 * firing; in a row the publisher waits for it once.
 *
 * <p>Sleepers are woken with the first firing, so that it is not late, then with each 256th, and at the flush: the
 * check for them is a full fence, which costs more than the rest of publishing while subscribers read. A firing is
 * counted after it was published; all but the histogram is written at the flush.
 *
 * <p>Each firing becomes exactly one signal although a fault may strike anywhere: a call after the fault resumes the
 * row at the first firing without a signal.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> wait-free, allocates nothing.
 */
final class FiringPublisher implements FiringHandler {
    /** The longest row. */
    static final int MAX_ROW = 64;
    private static final int WAKE_MASK = 256 - 1;
    /** Firings that share a reading of the clock, which takes as long as publishing one or two. */
    private static final int STAMPED_TOGETHER = 4;

    private final SignalPublisher publisher;
    private final DaemonCounters counters;
    private final LateFirings lateFirings;
    private final CrashPoint crash;
    private final FiringListener listener;
    private final SignalRecord[] row = new SignalRecord[MAX_ROW];
    private int rowLength = 1;
    private int taken;
    /** Firings of the row that are signals. */
    private int published;
    private long firstSequence;
    private int publishedSinceFlush;
    private long firings;
    private long late;
    private long missed;
    private long maxLatenessNs;

    FiringPublisher(SignalPublisher publisher, DaemonCounters counters, LateFirings lateFirings, CrashPoint crash,
            FiringListener listener) {
        this.publisher = publisher;
        this.counters = counters;
        this.lateFirings = lateFirings;
        this.crash = crash;
        this.listener = listener;
        for (int i = 0; i < MAX_ROW; i++) {
            row[i] = new SignalRecord();
        }
    }

    /** Sets how many firings to take before they are published; the firing that fills the row publishes it. */
    void rowLength(int newLength) {
        rowLength = newLength;
    }

    @Override
    public long fire(SignalRecord firing) {
        if (taken == 0) {
            firstSequence = publisher.nextSequence();
            published = 0;
        }
        System.arraycopy(firing.fields(), 0, row[taken].fields(), 0, firing.fields().length);
        long sequence = firstSequence + taken;
        taken++;
        if (taken >= rowLength) {
            publishRow();
        }
        return sequence;
    }

    @Override
    public long nextSequence() {
        return taken == 0 ? publisher.nextSequence() : firstSequence + taken;
    }

    /** Publishes what was taken; after a fault, what is left of it. */
    void publishRow() {
        if (taken == 0) {
            return;
        }
        // After a fault that struck between a signal and its counting.
        int becameSignals = (int) (publisher.nextSequence() - firstSequence);
        published = Math.max(published, Math.min(becameSignals, taken));
        while (published < taken) {
            long nowNs = System.nanoTime();
            // The first has a time of its own, as a sleeper may be woken right behind it.
            int together = published == 0 ? 1 : STAMPED_TOGETHER;
            for (int end = Math.min(published + together, taken); published < end; published++) {
                publish(row[published].publishedNs(nowNs));
            }
        }
        taken = 0;
    }

    private void publish(SignalRecord signal) {
        crash.reach("publish");
        boolean isWaking = (publishedSinceFlush & WAKE_MASK) == 0;
        publishedSinceFlush++;
        if (isWaking) {
            publisher.publish(signal);
        } else {
            publisher.publishWithoutWaking(signal);
        }
        crash.reach("published");
        long latenessNs = signal.publishedNs() - signal.deadlineNs();
        counters.recordLateness(signal.signalId(), latenessNs);
        if (latenessNs > lateFirings.thresholdNs()) {
            lateFirings.note(signal, publisher.nextSequence() - 1);
        }
        maxLatenessNs = Math.max(maxLatenessNs, latenessNs);
        firings++;
        late += signal.isLate() ? 1 : 0;
        missed += signal.missed();
        listener.onPublished(signal);
    }

    @Override
    public void flush() {
        publishRow();
        if (publishedSinceFlush > 0 && ((publishedSinceFlush - 1) & WAKE_MASK) != 0) {
            publisher.wake();
        }
        publishedSinceFlush = 0;
        if (firings > 0) {
            count();
        }
    }

    private void count() {
        counters.add(DaemonCounter.FIRINGS, firings);
        counters.add(DaemonCounter.FIRINGS_LATE, late);
        counters.add(DaemonCounter.OCCURRENCES_MISSED, missed);
        counters.raise(DaemonCounter.LATENESS_MAX, maxLatenessNs);
        firings = 0;
        late = 0;
        missed = 0;
        maxLatenessNs = 0;
    }
}
