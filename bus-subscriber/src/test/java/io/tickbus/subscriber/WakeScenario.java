// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Sleepers on a real condition, with times so far off that only a wake-up ends the sleep within a test's timeout.
 * Public, and a plain class, so that it can be run over again by a class loader that has no native platform.
 */
public final class WakeScenario {
    private static final int ROUNDS = 100;
    private static final long FAR_NS = TimeUnit.SECONDS.toNanos(300);
    private static final long TIMEOUT_SECONDS = 30;

    private final BusDirectory directory;
    private final SignalPublisher publisher;
    private final SignalCondition condition;

    private WakeScenario(BusDirectory directory, SignalPublisher publisher) {
        this.directory = directory;
        this.publisher = publisher;
        this.condition = new SignalCondition(directory, SignalsFile.attach(directory));
    }

    /** Runs all of it; throws what goes wrong. Returns whether the platform has a futex. */
    public static boolean run(Path root) throws Exception {
        BusDirectory directory = BusDirectory.at(root, "wake");
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(64);
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, options)) {
            WakeScenario scenario = new WakeScenario(directory, publisher);
            scenario.publishWakesParked();
            scenario.publishWakesPredictiveSleeper();
            scenario.earlierDeadlineWakesParked();
            if (Platforms.current().hasFutex()) {
                // The small ring needs a publisher that waits for each announcement.
                scenario.subscriberReceivesEverySignalParked();
            }
            scenario.closeWakesParked();
        }
        return Platforms.current().hasFutex();
    }

    private void publishWakesParked() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            condition.sequence(publisher.nextSequence());
            FutureTask<Boolean> sleeper = start(() -> {
                return awaitOpen(WaitStrategy.park(), FAR_NS);
            });
            awaitAnnouncement();
            publisher.publish(i);
            check(sleeper.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), "the condition is not ready");
        }
    }

    private void publishWakesPredictiveSleeper() throws Exception {
        publisher.announceDeadline(System.nanoTime() + FAR_NS);
        for (int i = 0; i < ROUNDS; i++) {
            condition.sequence(publisher.nextSequence());
            FutureTask<Boolean> sleeper = start(() -> {
                return awaitOpen(WaitStrategy.predictive(), 2 * FAR_NS);
            });
            awaitAnnouncement();
            publisher.publish(i);
            check(sleeper.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), "the condition is not ready");
        }
    }

    private void earlierDeadlineWakesParked() throws Exception {
        long plannedNs = System.nanoTime() + FAR_NS;
        condition.sequence(publisher.nextSequence());
        for (int i = 0; i < ROUNDS; i++) {
            long deadlineNs = plannedNs - i;
            publisher.announceDeadline(deadlineNs);
            FutureTask<Boolean> sleeper = start(() -> {
                condition.park(System.nanoTime() + FAR_NS, deadlineNs);
                return condition.isReady();
            });
            awaitAnnouncement();
            publisher.announceDeadline(deadlineNs - 1);
            check(!sleeper.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), "the condition is ready without a signal");
        }
    }

    private void subscriberReceivesEverySignalParked() throws Exception {
        SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.park()));
        check(subscriber.isWokenByPublisher(), "nobody wakes this subscriber");
        FutureTask<Boolean> reader = start(() -> {
            while (subscriber.received() < ROUNDS) {
                subscriber.await(signal -> { }, 1, FAR_NS);
            }
            return subscriber.lost() == 0;
        });
        for (int i = 0; i < ROUNDS; i++) {
            awaitAnnouncement();
            publisher.publish(i);
        }
        check(reader.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), "signals were lost");
    }

    private void closeWakesParked() throws Exception {
        condition.sequence(publisher.nextSequence());
        FutureTask<Boolean> sleeper = start(() -> {
            condition.park(System.nanoTime() + FAR_NS, Long.MIN_VALUE);
            return condition.isReady();
        });
        awaitAnnouncement();
        publisher.close();
        check(!sleeper.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), "the condition is ready without a signal");
    }

    /** One wait must do where sleepers are woken; without, each is a nap. */
    private boolean awaitOpen(WaitStrategy strategy, long timeoutNs) {
        long untilNs = System.nanoTime() + timeoutNs;
        strategy.await(condition, untilNs);
        while (!Platforms.current().hasFutex() && !condition.isReady() && System.nanoTime() < untilNs) {
            strategy.await(condition, untilNs);
        }
        return condition.isReady();
    }

    /** The flag is set just before the sleep, and the publisher clears it when it wakes. */
    private void awaitAnnouncement() {
        if (!Platforms.current().hasFutex()) {
            // A publisher that cannot wake says so in its file, and nobody announces anything to it.
            return;
        }
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (publisher.bus().doorbell().region().getIntAcquire(DoorbellLayout.SUBSCRIBERS_PARKED) == 0) {
            check(System.nanoTime() < untilNs, "nobody parks");
            Thread.onSpinWait();
        }
    }

    private static FutureTask<Boolean> start(Callable<Boolean> action) {
        FutureTask<Boolean> task = new FutureTask<>(action);
        Thread thread = new Thread(task, "sleeper");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static void check(boolean isTrue, String otherwise) {
        if (!isTrue) {
            throw new AssertionError(otherwise);
        }
    }
}
