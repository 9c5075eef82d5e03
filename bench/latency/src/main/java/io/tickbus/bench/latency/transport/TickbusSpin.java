package io.tickbus.bench.latency.transport;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import java.nio.file.Path;

/** Tickbus through its public API, with its default options, polled in a tight loop. */
final class TickbusSpin implements Transport {
    private static final int SIGNAL_ID = 42;
    private static final int BATCH = 16;
    private static final int LOOKS_PER_CLOCK_READ = 4096;

    private final SignalHandler handler = this::onSignal;
    private SignalPublisher publisher;
    private SignalSubscriber subscriber;
    private Reception reception;

    @Override
    public String settings() {
        return "SignalPublisher.publishAt, SignalSubscriber.poll in a tight loop, default options, 65,536 slots";
    }

    @Override
    public void openSender(Path directory) {
        publisher = SignalPublisher.open(BusDirectory.at(directory, "spin"));
    }

    @Override
    public void openReceiver(Path directory) {
        subscriber = SignalSubscriber.attach(BusDirectory.at(directory, "spin"));
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.spinUntilDue(i);
            publisher.publishAt(sentNs, burst.dueNs(i), SIGNAL_ID, burst.first() + i);
        }
    }

    @Override
    public void receive(Burst burst, Reception newReception) {
        reception = newReception;
        int looks = 0;
        while (!newReception.isComplete()) {
            if (subscriber.poll(handler, BATCH) == 0 && ++looks % LOOKS_PER_CLOCK_READ == 0
                    && System.nanoTime() > burst.giveUpNs()) {
                break;
            }
        }
    }

    private void onSignal(SignalRecord signal) {
        reception.take(signal.key(), signal.deadlineNs(), System.nanoTime());
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
