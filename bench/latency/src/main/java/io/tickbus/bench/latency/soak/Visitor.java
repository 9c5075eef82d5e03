// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One client of a short life: periodic timers of 1 ms, one-shots of which half are cancelled, a list of them, and a
 * subscriber that reads a little.
 */
final class Visitor implements AutoCloseable {
    static final int SIGNAL_ID = 42;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int ONE_SHOTS = 500;
    private static final long FURTHEST_MS = 3_000;
    private static final int READ_AT_ONCE = 256;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    private final TimerClient client;
    private final SignalSubscriber subscriber;
    private final SplittableRandom random;
    private final int periodic;

    private Visitor(TimerClient client, SignalSubscriber subscriber, long seed, int periodic) {
        this.client = client;
        this.subscriber = subscriber;
        this.random = new SplittableRandom(seed);
        this.periodic = periodic;
    }

    static Visitor arrive(BusDirectory bus, long seed, int periodic) {
        TimerClient client = TimerClient.connect(bus, TimerClientOptions.defaults().withName("soak-" + seed)
                .withDiscardedReplies().withConnectTimeoutNs(TIMEOUT_NS));
        return new Visitor(client, SignalSubscriber.attach(bus,
                SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.named("park"))), seed, periodic);
    }

    void visit() {
        long nowNs = System.nanoTime();
        for (int i = 0; i < periodic; i++) {
            send(new TimerCommand().arm(i, SIGNAL_ID + i % 64, nowNs + random.nextLong(MS)).periodNs(MS));
        }
        for (int i = 0; i < ONE_SHOTS; i++) {
            send(new TimerCommand().arm(periodic + i, SIGNAL_ID, nowNs + random.nextLong(FURTHEST_MS * MS)));
        }
        for (int i = 0; i < ONE_SHOTS; i += 2) {
            send(new TimerCommand().cancel(periodic + i));
        }
        client.list(false, TIMEOUT_NS);
        subscriber.await(signal -> { }, READ_AT_ONCE, MS);
    }

    /** Leaves; the daemon cancels what is armed. */
    @Override
    public void close() {
        subscriber.close();
        client.close();
    }

    private void send(TimerCommand command) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (client.send(command) == TimerClient.FULL) {
            if (System.nanoTime() > giveUpNs) {
                throw new IllegalStateException("the daemon does not take commands: " + client);
            }
            LockSupport.parkNanos(MS);
        }
    }
}
