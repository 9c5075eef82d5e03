package io.tickbus.bench.latency.transport;

import io.tickbus.core.SignalRecord;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;

/** Tickbus through its public API, with its default options, polled in a tight loop. */
final class TickbusSpin implements Transport {
    private static final int BATCH = 16;
    private static final int LOOKS_PER_CLOCK_READ = 4096;

    private final TickbusPair pair = new TickbusPair("spin");
    private final SignalHandler handler = this::onSignal;
    private SignalSubscriber subscriber;
    private Reception reception;

    @Override
    public String settings() {
        return "SignalPublisher.publishAt, SignalSubscriber.poll in a tight loop, default options, 65,536 slots";
    }

    @Override
    public void openSender(Path directory) {
        pair.publish(directory);
    }

    @Override
    public void openReceiver(Path directory) {
        subscriber = pair.subscribe(directory, SubscriberOptions.defaults());
    }

    @Override
    public void send(Burst burst) {
        pair.send(burst);
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
        pair.close();
    }
}
