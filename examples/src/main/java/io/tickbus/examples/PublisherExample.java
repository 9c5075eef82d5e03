// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import io.tickbus.core.BusDirectory;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A signal every millisecond, a hundred times. The README quotes what is between the markers. */
public final class PublisherExample {
    private PublisherExample() {
    }

    public static void main(String[] arguments) {
        run(BusDirectory.defaultRoot());
        System.out.println("published 100 signals on the bus 'sample'; now run the subscriber's example");
    }

    static void run(Path root) {
        // README: begin
        BusDirectory bus = BusDirectory.at(root, "sample"); // BusDirectory.of("sample") takes the default root
        try (SignalPublisher publisher = SignalPublisher.open(bus)) {
            long startNs = System.nanoTime();
            for (int i = 1; i <= 100; i++) {
                long dueNs = startNs + i * 1_000_000L;
                publisher.announceDeadline(dueNs); // so that subscribers wake just before it
                while (System.nanoTime() < dueNs) {
                    LockSupport.parkNanos(dueNs - System.nanoTime());
                }
                publisher.publish(42, i, dueNs); // signal id 42, key i
            }
        }
        // README: end
    }
}
