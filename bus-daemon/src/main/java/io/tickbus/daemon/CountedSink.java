package io.tickbus.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;

/**
 * Publishes firings, and counts them afterwards: the counting must not make them late. All but the histogram is written
 * down when a row of firings is over.
 */
final class CountedSink implements SignalSink {
    private final PublishingSink publishing;
    private final DaemonCounters counters;
    private final CrashPoint crash;
    private long firings;
    private long late;
    private long missed;
    private long longestLatenessNs;

    CountedSink(SignalPublisher publisher, DaemonCounters counters, CrashPoint crash) {
        this.publishing = new PublishingSink(publisher);
        this.counters = counters;
        this.crash = crash;
    }

    @Override
    public long fireStamped(SignalRecord firing) {
        crash.reach("publish");
        long sequence = publishing.fireStamped(firing);
        crash.reach("published");
        long latenessNs = firing.publishedNs() - firing.deadlineNs();
        counters.recordLateness(latenessNs);
        longestLatenessNs = Math.max(longestLatenessNs, latenessNs);
        firings++;
        late += firing.isLate() ? 1 : 0;
        missed += firing.missed();
        return sequence;
    }

    @Override
    public void flush() {
        publishing.flush();
        if (firings > 0) {
            count();
        }
    }

    private void count() {
        counters.add(DaemonCounter.FIRINGS, firings);
        counters.add(DaemonCounter.FIRINGS_LATE, late);
        counters.add(DaemonCounter.OCCURRENCES_MISSED, missed);
        counters.raise(DaemonCounter.LATENESS_MAX, longestLatenessNs);
        firings = 0;
        late = 0;
        missed = 0;
        longestLatenessNs = 0;
    }

    @Override
    public SignalSink unheard() {
        return new CountedSink(SignalPublisher.unheard(), DaemonCounters.inMemory(), CrashPoint.NONE);
    }

    @Override
    public long nextSequence() {
        return publishing.nextSequence();
    }
}
