// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;

/** Tickbus through its public API, with its default options, polled in a tight loop. It overwrites. */
final class TickbusSpin extends TickbusTransport {
    private static final int BATCH = 16;
    private static final int BATCH_OF_STREAM = 4096;

    private final SignalHandler handler =
            signal -> this.reception.take(signal.key(), signal.deadlineNs(), System.nanoTime());
    private final SignalHandler streamHandler = signal -> this.tally.take(signal.key());
    private SignalSubscriber subscriber;
    private Reception reception;
    private Tally tally;

    TickbusSpin() {
        super("spin");
    }

    @Override
    public String settings() {
        return "SignalPublisher.publish, SignalSubscriber.poll in a tight loop, default options, 65,536 slots";
    }

    @Override
    public void openReceiver(Path directory) {
        subscriber = SignalSubscriber.attach(directory(directory), SubscriberOptions.defaults());
    }

    @Override
    public void receive(Burst burst, Reception newReception) {
        reception = newReception;
        int polls = 0;
        while (!newReception.isComplete()) {
            if (subscriber.poll(handler, BATCH) == 0 && burst.isOver(++polls)) {
                break;
            }
        }
    }

    @Override
    public void stream(long first, int count) {
        SignalPublisher publisher = publisher();
        long nowNs = System.nanoTime();
        for (long number = first; number < first + count; number++) {
            publisher.publish(1, number, nowNs, nowNs);
        }
    }

    @Override
    public void drain(Tally newTally) {
        tally = newTally;
        while (subscriber.poll(streamHandler, BATCH_OF_STREAM) == BATCH_OF_STREAM) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        super.close();
        if (subscriber != null) {
            subscriber.close();
        }
    }
}
