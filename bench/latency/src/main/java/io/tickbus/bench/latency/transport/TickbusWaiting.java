// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Tickbus through its public API, with a subscriber that waits by one of its strategies; each has its own bus. */
final class TickbusWaiting extends TickbusTransport {
    private static final int BATCH = 16;
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String waiting;
    private final SignalHandler handler =
            signal -> this.reception.take(signal.key(), signal.deadlineNs(), System.nanoTime());
    private SignalSubscriber subscriber;
    private Reception reception;

    /** {@code waiting}: a name that {@link WaitStrategy#named} knows. */
    TickbusWaiting(String waiting) {
        super(waiting);
        this.waiting = waiting;
    }

    @Override
    public String settings() {
        return "SignalPublisher with each deadline announced, SignalSubscriber.await, WaitStrategy." + waiting
                + "(), default options, 65,536 slots";
    }

    @Override
    public void openReceiver(Path directory) {
        subscriber = SignalSubscriber.attach(directory(directory),
                SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.named(waiting)));
    }

    @Override
    public void send(Burst burst) {
        SignalPublisher publisher = publisher();
        publisher.announceDeadline(burst.startNs());
        for (int i = 0; i < burst.count(); i++) {
            publish(burst, i, burst.awaitDue(i));
            publisher.announceDeadline(i + 1 < burst.count() ? burst.dueNs(i + 1) : SignalsLayout.NO_DEADLINE);
        }
    }

    @Override
    public void receive(Burst burst, Reception newReception) {
        reception = newReception;
        while (!newReception.isComplete() && System.nanoTime() < burst.giveUpNs()) {
            subscriber.await(handler, BATCH, LONGEST_WAIT_NS);
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
