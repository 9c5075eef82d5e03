package io.tickbus.cli.daemon;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.daemon.TimerLoop;
import io.tickbus.publisher.timer.TimerEngine;
import io.tickbus.publisher.timer.TimerQuotas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Runs timers for a moment on a bus of this process alone, so that the first real signals are not interpreted. */
final class PublisherWarmUp {
    private static final long DURATION_NS = TimeUnit.MILLISECONDS.toNanos(150);
    private static final long PERIOD_NS = TimeUnit.MICROSECONDS.toNanos(5);
    private static final int SLOT_COUNT = 1024;

    private PublisherWarmUp() {
    }

    /** Takes less than 200 ms on the calling thread. A file system without room for it is no reason to fail. */
    static void run(DaemonMode mode, boolean hasParking) {
        Path root = null;
        try {
            root = Files.createTempDirectory("tickbus-warm-up-");
            BusDirectory directory = BusDirectory.at(root, "warm-up");
            try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory,
                    SignalsOptions.DEFAULT.withSlotCount(SLOT_COUNT).withParking(hasParking))) {
                runTimers(publisher, mode);
            } finally {
                directory.delete();
            }
        } catch (IOException | RuntimeException e) {
            System.getLogger(PublisherWarmUp.class.getName()).log(System.Logger.Level.DEBUG, "no warm-up", e);
        } finally {
            delete(root);
        }
    }

    private static void runTimers(SignalPublisher publisher, DaemonMode mode) {
        long nowNs = System.nanoTime();
        TimerEngine timers = TimerEngine.create(TimerQuotas.DEFAULT);
        TimerSpec.arm(List.of(new TimerSpec(PERIOD_NS, 1, null)), timers, nowNs, TimeUnit.SECONDS.toNanos(1));
        TimerLoop daemon = TimerLoop.of(publisher, timers, mode.waitStrategy(),
                new CountingSink(TimerLoop.publishing(publisher)));
        Thread alarm = new Thread(() -> stopLater(daemon), "tickbus-warm-up");
        alarm.setDaemon(true);
        alarm.start();
        daemon.run();
    }

    private static void stopLater(TimerLoop daemon) {
        LockSupport.parkNanos(DURATION_NS);
        daemon.stop();
    }

    private static void delete(Path root) {
        try {
            if (root != null) {
                Files.deleteIfExists(root);
            }
        } catch (IOException e) {
            // It is empty or nearly so, and left to whoever cleans the temporary folder: no reason to fail.
        }
    }
}
