package io.tickbus.bench.latency.transport;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;

/** The publisher and the subscriber of a bus below a run's directory, of which each process opens one. */
public final class TickbusPair implements AutoCloseable {
    private static final int SIGNAL_ID = 42;

    private final String bus;
    private SignalPublisher publisher;
    private SignalSubscriber subscriber;

    /** Of a bus of that name. */
    public TickbusPair(String bus) {
        this.bus = bus;
    }

    /** Where the bus is. */
    BusDirectory directory(Path run) {
        return BusDirectory.at(run, bus);
    }

    /** Makes the bus and opens it as its publisher, with default options. */
    public SignalPublisher publish(Path run) {
        publisher = SignalPublisher.open(directory(run));
        return publisher;
    }

    /** Attaches to the bus. */
    public SignalSubscriber subscribe(Path run, SubscriberOptions options) {
        subscriber = SignalSubscriber.attach(directory(run), options);
        return subscriber;
    }

    /** Publishes one message of a burst. */
    void publish(Burst burst, int i, long sentNs) {
        publisher.publishAt(sentNs, burst.dueNs(i), SIGNAL_ID, burst.first() + i);
    }

    /** Publishes a burst, spinning from one message to the next. */
    void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            publish(burst, i, burst.spinUntilDue(i));
        }
    }

    @Override
    public void close() {
        if (publisher != null) {
            publisher.close();
        }
        if (subscriber != null) {
            subscriber.close();
        }
    }
}
