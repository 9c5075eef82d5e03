// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A subscriber that stays, and knows of each signal. */
final class Reception implements AutoCloseable {
    private static final int BATCH = 1024;
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    private final SignalSubscriber subscriber;
    private final Thread thread = new Thread(this::run, "reception");
    private long next = -1;
    private volatile boolean isClosed;
    private volatile long received;
    private volatile long lost;
    private volatile String disorder;

    private Reception(SignalSubscriber subscriber) {
        this.subscriber = subscriber;
    }

    /** As soon as the bus is there. */
    static Reception attach(BusDirectory bus, Process daemon) throws InterruptedException {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (true) {
            try {
                Reception reception = new Reception(SignalSubscriber.attach(bus,
                        SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.named("park")).joinAtOldest()));
                reception.thread.start();
                return reception;
            } catch (BusException e) {
                if (System.nanoTime() > giveUpNs || !daemon.isAlive()) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
    }

    private void run() {
        while (!isClosed) {
            subscriber.await(this::onSignal, BATCH, LONGEST_WAIT_NS);
            lost = subscriber.lost();
            received = subscriber.received();
        }
        subscriber.close();
    }

    /** A gap must be one that the subscriber has counted. */
    private void onSignal(SignalRecord signal) {
        if (next >= 0 && signal.sequence() != next) {
            long gap = signal.sequence() - next;
            if (gap != subscriber.lost() - lost) {
                disorder = "signal " + signal.sequence() + " follows " + (next - 1) + ", and counted as lost are "
                        + (subscriber.lost() - lost);
            }
            lost = subscriber.lost();
        }
        next = signal.sequence() + 1;
    }

    long lost() {
        return lost;
    }

    /** Once no more are published: what is wrong, if anything is. */
    Optional<String> check(long published, long timeoutNs) throws InterruptedException {
        long giveUpNs = System.nanoTime() + timeoutNs;
        while (received + lost < published && System.nanoTime() < giveUpNs && thread.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        if (received + lost != published) {
            return Optional.of("published=" + published + " received=" + received + " lost=" + lost
                    + (thread.isAlive() ? "" : ", the subscriber's thread has ended"));
        }
        return Optional.ofNullable(disorder);
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
