package io.tickbus.publisher.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.timer.FiringSink;

/** Publishes firings, and counts them afterwards: the counting must not make them late. */
final class CountedSink implements FiringSink {
    private final PublishingSink publishing;
    private final DaemonCounters counters;

    CountedSink(SignalPublisher publisher, DaemonCounters counters) {
        this.publishing = new PublishingSink(publisher);
        this.counters = counters;
    }

    @Override
    public long fire(SignalRecord firing) {
        FaultPoints.reach("publish");
        long sequence = publishing.fire(firing);
        FaultPoints.reach("published");
        counters.recordLateness(firing.publishedNs() - firing.deadlineNs());
        counters.add(DaemonCounter.FIRINGS, 1);
        if (firing.isLate()) {
            counters.add(DaemonCounter.FIRINGS_LATE, 1);
        }
        if (firing.missed() != 0) {
            counters.add(DaemonCounter.OCCURRENCES_MISSED, firing.missed());
        }
        return sequence;
    }

    @Override
    public void settle() {
        publishing.settle();
    }

    @Override
    public long nextSequence() {
        return publishing.nextSequence();
    }
}
