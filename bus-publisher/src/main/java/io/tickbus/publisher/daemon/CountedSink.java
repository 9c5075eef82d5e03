package io.tickbus.publisher.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.timer.FiringSink;

/** Publishes firings, and counts them afterwards: the counting must not make them late. */
final class CountedSink implements FiringSink {
    private final SignalPublisher publisher;
    private final SignalBatch batch;
    private final DaemonCounters counters;

    CountedSink(SignalPublisher publisher, DaemonCounters counters) {
        this.publisher = publisher;
        this.batch = new SignalBatch(publisher);
        this.counters = counters;
    }

    @Override
    public long fire(SignalRecord firing) {
        long nowNs = System.nanoTime();
        FaultPoints.reach("publish");
        long sequence = batch.publish(firing.publishedNs(nowNs));
        FaultPoints.reach("published");
        counters.recordLateness(nowNs - firing.deadlineNs());
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
        batch.settle();
    }

    @Override
    public long nextSequence() {
        return publisher.nextSequence();
    }
}
