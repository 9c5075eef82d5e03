package io.tickbus.bench.latency;

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
    private long[] latenciesNs;
    private int received;
    private long expectedKey;

    @Override
    public String name() {
        return "tickbus-spin";
    }

    @Override
    public void openSender(Path directory) {
        publisher = SignalPublisher.open(BusDirectory.at(directory, "oneway"));
    }

    @Override
    public void openReceiver(Path directory) {
        subscriber = SignalSubscriber.attach(BusDirectory.at(directory, "oneway"));
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long dueNs = burst.startNs() + i * burst.gapNs();
            long sentNs = System.nanoTime();
            while (sentNs < dueNs) {
                sentNs = System.nanoTime();
            }
            publisher.publishAt(sentNs, dueNs, SIGNAL_ID, burst.first() + i);
        }
    }

    @Override
    public int receive(Burst burst, long[] latencies) {
        latenciesNs = latencies;
        received = 0;
        expectedKey = burst.first();
        int looks = 0;
        while (received < burst.count()) {
            if (subscriber.poll(handler, BATCH) == 0 && ++looks % LOOKS_PER_CLOCK_READ == 0
                    && System.nanoTime() > burst.giveUpNs()) {
                break;
            }
        }
        return received;
    }

    private void onSignal(SignalRecord signal) {
        long observedNs = System.nanoTime();
        if (signal.key() != expectedKey) {
            throw new IllegalStateException("expectedKey=" + expectedKey + " " + signal);
        }
        expectedKey++;
        latenciesNs[received++] = observedNs - signal.deadlineNs();
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
