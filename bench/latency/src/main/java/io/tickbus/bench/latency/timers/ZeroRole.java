// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerReplyHandler;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One thread that arms a timer due at once and polls for its firing, again and again. */
final class ZeroRole implements ChildRole {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int BATCH = 16;
    private static final int POLLS_PER_CLOCK_READ = 1024;

    private final TimerClient client;
    private final SignalSubscriber subscriber;
    private final SignalHandler handler = this::onSignal;
    private final TimerReplyHandler replies = this::onReply;
    private FiringStats stats;
    private long key;
    private long expectedKey;
    private long armedNs;

    ZeroRole(Map<String, Object> settings) {
        BusDirectory bus = DaemonRole.bus(settings);
        subscriber = SignalSubscriber.attach(bus, SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.spin()));
        client = TimerClient.connect(bus, ArmedSchedule.patient());
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) {
        long count = JsonLines.number(arguments, "count");
        long gapNs = JsonLines.number(arguments, "gapNs");
        stats = new FiringStats();
        long nextNs = System.nanoTime() + gapNs;
        for (long i = 0; i < count; i++) {
            while (System.nanoTime() < nextNs) {
                Thread.onSpinWait();
            }
            expectedKey = ++key;
            armedNs = System.nanoTime();
            // A deadline that is now: what is measured begins before the call.
            if (client.arm(key, ArmedSchedule.SIGNAL_ID, armedNs) < 0) {
                throw new IllegalStateException("the command ring is full");
            }
            awaitFiring();
            client.pollReplies(replies, BATCH);
            nextNs = System.nanoTime() + gapNs;
        }
        return Map.of("figures", stats.toWire());
    }

    private void awaitFiring() {
        int polls = 0;
        while (expectedKey == key) {
            if (subscriber.poll(handler, BATCH) == 0 && ++polls % POLLS_PER_CLOCK_READ == 0
                    && System.nanoTime() > armedNs + TIMEOUT_NS) {
                stats.tally(Tally.LOST, 1);
                return;
            }
        }
    }

    private void onSignal(SignalRecord signal) {
        long observedNs = System.nanoTime();
        if (signal.key() != expectedKey) {
            stats.tally(Tally.DUPLICATED, 1);
            return;
        }
        expectedKey = -1;
        stats.record(observedNs - armedNs);
        stats.tally(Tally.EARLY, signal.publishedNs() < signal.deadlineNs() ? 1 : 0);
    }

    private void onReply(TimerReply reply) {
        if (reply.key() != key) {
            throw new IllegalStateException("an answer to another command: " + reply);
        }
    }

    @Override
    public void close() {
        client.close();
        subscriber.close();
    }
}
