package io.tickbus.bench.latency.enqueue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;

/** The whole bus, as long as the others: the same ring in a mapped file, and a look for sleepers at each message. */
final class BusChannel implements Channel {
    private static final int SIGNAL_ID = 42;

    private final SignalPublisher publisher;
    private final SignalSubscriber subscriber;
    private final SignalHandler handler = this::onSignal;
    private long next;

    BusChannel(Path directory, String name) {
        BusDirectory bus = BusDirectory.at(directory, name);
        publisher = SignalPublisher.open(bus, SignalsOptions.DEFAULT.withSlotCount(2 * CAPACITY));
        subscriber = SignalSubscriber.attach(bus, SubscriberOptions.defaults());
    }

    @Override
    public void put(long first, int count) {
        for (long number = first; number < first + count; number++) {
            publisher.publishAt(number, number, SIGNAL_ID, number);
        }
    }

    @Override
    public int take(long newNext) {
        next = newNext;
        return subscriber.poll(handler, CAPACITY);
    }

    private void onSignal(SignalRecord signal) {
        Channel.check(signal.key(), next++);
    }

    @Override
    public void close() {
        subscriber.close();
        publisher.close();
    }
}
