// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A timer of one's own at the daemon, every 10 ms. The README quotes what is between the markers. */
public final class TimerClientExample {
    private TimerClientExample() {
    }

    public static void main(String[] arguments) {
        run(BusDirectory.defaultRoot());
    }

    static void run(Path root) {
        // README: begin
        BusDirectory bus = BusDirectory.at(root, "app");
        try (SignalSubscriber signals = SignalSubscriber.attach(bus); TimerClient timers = TimerClient.connect(bus)) {
            TimerCommand every10Ms = new TimerCommand().arm(7, 42, System.nanoTime()).periodNs(10_000_000);
            long ticks = timers.send(every10Ms); // key 7, signal id 42; its firings carry this number
            while (signals.received() < 20) {
                signals.await(signal -> {
                    if (timers.isMine(signal) && signal.isOf(ticks)) { // and not of an earlier arming of key 7
                        System.out.println("key 7 tick " + signal.occurrence());
                    }
                }, 64, TimeUnit.MILLISECONDS.toNanos(100));
            }
            timers.cancel(7); // no need to wait: a firing that raced it is told apart
        }
        // README: end
    }
}
