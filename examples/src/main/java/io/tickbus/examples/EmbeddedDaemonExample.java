// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.subscriber.SignalSubscriber;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The daemon inside an application. docs/GUIDE.md quotes what is between the markers. */
public final class EmbeddedDaemonExample {
    private EmbeddedDaemonExample() {
    }

    public static void main(String[] arguments) {
        Path root = BusDirectory.defaultRoot();
        run(root, () -> takeTenTicks(root));
    }

    /** Stands for an application: has a timer tick each 100 ms, ten times. */
    private static void takeTenTicks(Path root) {
        BusDirectory bus = BusDirectory.at(root, "app");
        try (SignalSubscriber signals = SignalSubscriber.attach(bus); TimerClient timers = TimerClient.connect(bus)) {
            timers.send(new TimerCommand().arm(1, 42, System.nanoTime()).periodNs(TimeUnit.MILLISECONDS.toNanos(100)));
            while (signals.received() < 10) {
                signals.await(signal -> System.out.println("tick " + signal.occurrence()), 64,
                        TimeUnit.SECONDS.toNanos(1));
            }
        }
    }

    static void run(Path root, Runnable application) {
        // GUIDE: begin
        try (TimerDaemon daemon = TimerDaemon.start(BusDirectory.at(root, "app"))) {
            application.run(); // connects TimerClients, here or in other processes
            System.out.println("fired " + daemon.counters().value(DaemonCounter.FIRINGS));
        }
        // GUIDE: end
    }
}
