package io.tickbus.bench.latency.throughput;

import io.tickbus.bench.latency.transport.TickbusPair;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;

/** Tickbus: a ring that overwrites. */
final class TickbusEnd implements End {
    private static final int BATCH = 4096;

    private final TickbusPair pair = new TickbusPair("throughput");
    private SignalPublisher publisher;
    private SignalSubscriber subscriber;
    private Tally tally;
    private final SignalHandler handler = signal -> tally.take(signal.key());

    @Override
    public String settings() {
        return "SignalPublisher.publishAt, SignalSubscriber.poll, 64-byte records, 65,536 slots";
    }

    @Override
    public void openWriter(Path directory) {
        publisher = pair.publish(directory);
    }

    @Override
    public void openReader(Path directory) {
        subscriber = pair.subscribe(directory,
                SubscriberOptions.defaults().withJoin(SubscriberOptions.FROM_OLDEST));
    }

    @Override
    public void write(long first, int count) {
        long nowNs = System.nanoTime();
        for (long number = first; number < first + count; number++) {
            publisher.publishAt(nowNs, nowNs, 1, number);
        }
    }

    @Override
    public void read(Tally newTally) {
        tally = newTally;
        while (subscriber.poll(handler, BATCH) == BATCH) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        pair.close();
    }
}
