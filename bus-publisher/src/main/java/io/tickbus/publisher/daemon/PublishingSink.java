package io.tickbus.publisher.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.timer.FiringSink;

/** Stamps each firing with the time and publishes it. */
final class PublishingSink implements FiringSink {
    private final SignalPublisher publisher;

    PublishingSink(SignalPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public long fire(SignalRecord firing) {
        return publisher.publish(firing.publishedNs(System.nanoTime()));
    }

    @Override
    public long nextSequence() {
        return publisher.nextSequence();
    }
}
