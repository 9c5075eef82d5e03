// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes each key's firing exactly once: drops a firing whose key it has seen before. Also checks that nothing fires
 * early, and that a repeated firing is flagged as a possible duplicate.
 */
final class Consumer implements AutoCloseable {
    private final SignalSubscriber subscriber;
    private final BitSet taken = new BitSet();
    private final Thread thread = new Thread(this::run, "consumer");
    private final AtomicLong taking = new AtomicLong();
    private long early;
    private long unflagged;
    private long duplicates;
    private long recovered;
    private volatile boolean isStopped;

    private Consumer(BusDirectory directory) {
        subscriber = SignalSubscriber.attach(directory, SubscriberOptions.defaults()
                .joinAtOldest().withWaitStrategy(WaitStrategy.park()));
    }

    static Consumer start(BusDirectory directory) {
        Consumer consumer = new Consumer(directory);
        consumer.thread.start();
        return consumer;
    }

    private void run() {
        while (!isStopped) {
            subscriber.await(this::take, 1024, 20_000_000L);
        }
    }

    private synchronized void take(SignalRecord signal) {
        int key = (int) signal.key();
        early += signal.publishedNs() < signal.deadlineNs() ? 1 : 0;
        recovered += (signal.flags() & SignalRecordLayout.FLAG_RECOVERED) != 0 ? 1 : 0;
        if (taken.get(key)) {
            duplicates++;
            unflagged += (signal.flags() & SignalRecordLayout.FLAG_MAYBE_DUPLICATE) == 0 ? 1 : 0;
            return;
        }
        taken.set(key);
        taking.incrementAndGet();
    }

    /** How many of these keys have not fired. */
    synchronized int missing(BitSet keys) {
        BitSet rest = (BitSet) keys.clone();
        rest.andNot(taken);
        return rest.cardinality();
    }

    synchronized long early() {
        return early;
    }

    synchronized long unflagged() {
        return unflagged;
    }

    synchronized long duplicates() {
        return duplicates;
    }

    synchronized long recovered() {
        return recovered;
    }

    long lost() {
        return subscriber.lost();
    }

    long taken() {
        return taking.get();
    }

    @Override
    public void close() {
        isStopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        subscriber.close();
    }
}
