// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** {@code subscribe}: reads, and checks each signal's content and place. */
final class SubscribeCommand implements SubscriberListener {
    private static final int LIMIT = 256;
    private static final long AWAIT_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long CLOSED_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Arguments arguments;
    private final SignalSubscriber subscriber;
    private final long slowEvery;
    private final long first;
    private long expected;
    private long received;
    private long lost;
    private long torn;
    private long order;
    private long epochs;
    private PublisherStatus status = PublisherStatus.ALIVE;

    SubscribeCommand(Arguments arguments) {
        this.arguments = arguments;
        SubscriberOptions options = SubscriberOptions.defaults().withListener(this)
                .withWaitStrategy(waiting(arguments.text("--wait", "park")));
        subscriber = SignalSubscriber.attach(arguments.bus(), arguments.text("--from", "oldest").equals("oldest")
                ? options.joinAtOldest() : options.joinAtNewest());
        slowEvery = arguments.number("--slow-every", 0);
        first = subscriber.sequence();
        expected = first;
    }

    static WaitStrategy waiting(String name) {
        return WaitStrategy.named(name.equals("predict") ? "predictive" : name);
    }

    Map<String, Object> run() {
        JavaProgram.ready();
        long count = arguments.number("--count", 0);
        long timeoutNs = arguments.timeoutNs();
        long idleNs = System.nanoTime() + timeoutNs;
        long closedNs = Long.MAX_VALUE;
        while (received + lost < count && System.nanoTime() < Math.min(idleNs, closedNs)) {
            long before = expected;
            subscriber.await(this::onSignal, LIMIT, AWAIT_NS);
            if (expected != before) {
                idleNs = System.nanoTime() + timeoutNs;
                closedNs = Long.MAX_VALUE;
            } else if (status == PublisherStatus.CLOSED && received + lost > 0 && closedNs == Long.MAX_VALUE) {
                closedNs = System.nanoTime() + CLOSED_NS;
            }
        }
        return result();
    }

    private void onSignal(SignalRecord signal) {
        order += signal.sequence() == expected ? 0 : 1;
        torn += Content.isWhole(signal) ? 0 : 1;
        expected = signal.sequence() + 1;
        received++;
        if (slowEvery > 0 && received % slowEvery == 0) {
            LockSupport.parkNanos(NAP_NS);
        }
    }

    @Override
    public void onLoss(long firstSequence, long count) {
        order += firstSequence == expected ? 0 : 1;
        expected = firstSequence + count;
        lost += count;
    }

    @Override
    public void onPublisherRestarted(long epoch) {
        epochs++;
    }

    @Override
    public void onPublisherStatus(PublisherStatus newStatus) {
        status = newStatus;
    }

    private Map<String, Object> result() {
        Map<String, Object> result = JavaProgram.result("subscribe");
        result.put("received", received);
        result.put("lost", lost);
        result.put("torn", torn);
        result.put("order", order);
        result.put("stale", 0);
        result.put("errors", 0);
        result.put("first", first);
        result.put("last", expected - 1);
        result.put("epochs", epochs);
        return result;
    }
}
