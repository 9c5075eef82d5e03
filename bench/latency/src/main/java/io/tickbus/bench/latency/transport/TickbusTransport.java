// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.core.BusDirectory;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;

/** The publisher's end of a bus with default options, which has the run's directory for itself. */
abstract class TickbusTransport implements Transport {
    private static final int SIGNAL_ID = 42;

    private final String bus;
    private SignalPublisher publisher;

    TickbusTransport(String bus) {
        this.bus = bus;
    }

    final BusDirectory directory(Path run) {
        return BusDirectory.at(run, bus);
    }

    final SignalPublisher publisher() {
        return publisher;
    }

    @Override
    public final void openSender(Path directory) {
        publisher = SignalPublisher.open(directory(directory));
    }

    final void publish(Burst burst, int i, long sentNs) {
        publisher.publish(SIGNAL_ID, burst.first() + i, burst.dueNs(i), sentNs);
    }

    /** Publishes a burst, spinning from one message to the next. */
    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            publish(burst, i, burst.spinUntilDue(i));
        }
    }

    @Override
    public void close() {
        if (publisher != null) {
            publisher.close();
        }
    }
}
