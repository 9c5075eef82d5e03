package io.tickbus.cli.demo;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.wait.WaitStrategy;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.daemon.TimerLoop;
import io.tickbus.publisher.timer.TimerEngine;
import io.tickbus.publisher.timer.TimerQuotas;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Has the hot paths compiled before anything is measured, on a bus of this process alone. */
final class DemoWarmUp {
    private static final long PERIOD_NS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long DURATION_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final int SLOT_COUNT = 1 << 10;
    private static final int BATCH = 64;

    private DemoWarmUp() {
    }

    static void publisher(BusDirectory like) throws InterruptedException {
        run(like, directory -> sleep());
    }

    static void subscriber(BusDirectory like) throws InterruptedException {
        run(like, directory -> {
            for (String name : List.of("predictive", "park", "spin")) {
                SubscriberOptions options = SubscriberOptions.defaults().withWaiting(WaitStrategy.named(name));
                try (SignalSubscriber subscriber = SignalSubscriber.attach(directory, options)) {
                    long endNs = System.nanoTime() + DURATION_NS / 2;
                    while (System.nanoTime() < endNs) {
                        subscriber.await(signal -> { }, BATCH, PERIOD_NS);
                    }
                }
            }
        });
    }

    private interface Exercise {
        void with(BusDirectory directory) throws InterruptedException;
    }

    private static void run(BusDirectory like, Exercise exercise) throws InterruptedException {
        Path root = like.path().getParent();
        BusDirectory own = BusDirectory.at(root, "warm-up-" + ProcessHandle.current().pid());
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(own,
                SignalsOptions.DEFAULT.withSlotCount(SLOT_COUNT))) {
            TimerEngine timers = TimerEngine.create(TimerQuotas.DEFAULT);
            timers.execute(new TimerCommand().arm(0, 1, System.nanoTime()).periodNs(PERIOD_NS)
                    .graceUs(TimeUnit.NANOSECONDS.toMicros(DURATION_NS)));
            TimerLoop daemon = TimerLoop.of(publisher, timers, WaitStrategy.predictive());
            Thread thread = new Thread(daemon, "warm-up");
            thread.start();
            exercise.with(own);
            daemon.stop();
            thread.join();
        } finally {
            own.delete();
        }
    }

    private static void sleep() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(DURATION_NS);
    }
}
