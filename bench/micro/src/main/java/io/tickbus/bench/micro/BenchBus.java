// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;

/** A real bus in real shared memory, for one trial; removed after it. */
final class BenchBus implements AutoCloseable {
    private final BusDirectory directory;
    private final SignalPublisher publisher;

    private BenchBus(BusDirectory directory, SignalPublisher publisher) {
        this.directory = directory;
        this.publisher = publisher;
    }

    static BenchBus open(int slotCount, boolean hasParking) {
        Path root = BusDirectory.defaultRoot();
        BusDirectory directory = BusDirectory.at(root.resolveSibling(root.getFileName() + "-micro"),
                "micro-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(slotCount).withParking(hasParking);
        return new BenchBus(directory, SignalPublisher.open(directory, options));
    }

    SignalPublisher publisher() {
        return publisher;
    }

    SignalSubscriber attach() {
        return SignalSubscriber.attach(directory, SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.spin()));
    }

    @Override
    public void close() {
        publisher.close();
        directory.delete();
    }
}
