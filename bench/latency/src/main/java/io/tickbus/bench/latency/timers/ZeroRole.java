package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.Figures.Tally;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.wait.WaitStrategy;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import io.tickbus.subscriber.TimerClient;
import io.tickbus.subscriber.TimerReplyHandler;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One thread that arms a timer due at once and looks for its firing, again and again. */
final class ZeroRole implements ChildRole {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int BATCH = 16;
    private static final int LOOKS_PER_CLOCK_READ = 1024;

    private final TimerClient client;
    private final SignalSubscriber subscriber;
    private final SignalHandler handler = this::onSignal;
    private final TimerReplyHandler replies = this::onReply;
    private Figures figures;
    private long key;
    private long expectedKey;
    private long armedNs;

    ZeroRole(Map<String, Object> settings) {
        BusDirectory bus = DaemonRole.bus(settings);
        subscriber = SignalSubscriber.attach(bus, SubscriberOptions.defaults().withWaiting(WaitStrategy.spin()));
        client = TimerClient.connect(bus, ArmedSchedule.patient());
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) {
        long count = Wire.number(arguments, "count");
        long gapNs = Wire.number(arguments, "gapNs");
        figures = new Figures();
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
        return Map.of("figures", figures.toWire());
    }

    private void awaitFiring() {
        int looks = 0;
        while (expectedKey == key) {
            if (subscriber.poll(handler, BATCH) == 0 && ++looks % LOOKS_PER_CLOCK_READ == 0
                    && System.nanoTime() > armedNs + PATIENCE_NS) {
                figures.tally(Tally.LOST, 1);
                return;
            }
        }
    }

    private void onSignal(SignalRecord signal) {
        long observedNs = System.nanoTime();
        if (signal.key() != expectedKey) {
            figures.tally(Tally.DUPLICATED, 1);
            return;
        }
        expectedKey = -1;
        figures.record(observedNs - armedNs);
        figures.tally(Tally.EARLY, signal.publishedNs() < signal.deadlineNs() ? 1 : 0);
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
