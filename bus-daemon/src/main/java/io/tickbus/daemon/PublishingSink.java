package io.tickbus.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;

/** Stamps each firing with the time, unless that is done, and publishes it. */
final class PublishingSink implements SignalSink {
    private final SignalPublisher publisher;
    private final SignalBatch batch;

    PublishingSink(SignalPublisher publisher) {
        this.publisher = publisher;
        this.batch = new SignalBatch(publisher);
    }

    @Override
    public long fireStamped(SignalRecord firing) {
        return batch.publish(firing);
    }

    @Override
    public void flush() {
        batch.flush();
    }

    @Override
    public SignalSink unheard() {
        return new PublishingSink(SignalPublisher.unheard());
    }

    @Override
    public long nextSequence() {
        return publisher.nextSequence();
    }
}
