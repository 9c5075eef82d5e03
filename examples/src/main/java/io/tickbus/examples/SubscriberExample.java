// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import io.tickbus.core.BusDirectory;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Takes a hundred signals. The README quotes what is between the markers. */
public final class SubscriberExample {
    private SubscriberExample() {
    }

    public static void main(String[] arguments) {
        run(BusDirectory.defaultRoot());
    }

    static void run(Path root) {
        // README: begin
        BusDirectory bus = BusDirectory.at(root, "sample");
        SubscriberOptions options = SubscriberOptions.defaults().joinAtOldest();
        try (SignalSubscriber subscriber = SignalSubscriber.attach(bus, options)) {
            while (subscriber.received() + subscriber.lost() < 100) {
                subscriber.await(
                        signal -> System.out.println("key " + signal.key() + " arrived "
                                + (System.nanoTime() - signal.deadlineNs()) + " ns after its deadline"),
                        64, TimeUnit.MILLISECONDS.toNanos(100)); // 64 signals at most, 100 ms at most
            }
            System.out.println("received " + subscriber.received() + ", lost " + subscriber.lost());
        }
        // README: end
    }
}
