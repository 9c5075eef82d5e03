// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.publisher.SignalPublisher;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Steady state allocates nothing: exactly nothing, in one million steps after a warm-up. Were it one object of the
 * smallest kind per step, it would be 16,000,000 bytes; the tolerance is for what the JVM itself may charge to the
 * thread once, as when compiled code is given up and interpreted again.
 */
@Timeout(120)
class AllocationTest {
    private static final int WARM_UP = 300_000;
    private static final int COUNT = 1_000_000;
    private static final long TOLERANCE_BYTES = 1_024;
    private static final int ATTEMPTS = 3;

    @TempDir
    Path folder;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final SignalRecord signal = new SignalRecord().signalId(7).payload(8);
    private long sum;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAllocateNothingWhenPublishingAndPolling(boolean hasParking) {
        try (SignalPublisher publisher = open(hasParking)) {
            SignalSubscriber subscriber = attach(publisher, WaitStrategy.spin());
            SignalHandler handler = taken -> sum += taken.key();
            assertAllocatesNothing(() -> {
                publisher.publish(1, 2);
                publisher.publish(signal.key(sum));
                assertTrue(subscriber.poll(handler, 3) == 2);
                subscriber.poll(handler, 3);
            });
            assertEquals(0, subscriber.lost());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff", "park", "predictive"})
    void shouldAllocateNothingWhenWaitingForSignalThatIsThere(String waiting) {
        try (SignalPublisher publisher = open(true)) {
            SignalSubscriber subscriber = attach(publisher, WaitStrategy.named(waiting));
            SignalHandler handler = taken -> sum += taken.key();
            assertAllocatesNothing(() -> {
                publisher.publish(1, 2);
                assertTrue(subscriber.await(handler, 1, 1_000) == 1);
            });
        }
    }

    @Test
    void shouldAllocateNothingWhenFilteringAndAnnouncingDeadlines() {
        try (SignalPublisher publisher = open(true)) {
            SignalSubscriber subscriber = SignalSubscriber.attach(BusDirectory.at(folder.resolve("root"), "bus"),
                    SubscriberOptions.defaults().withSignalIds(3, 9));
            SignalHandler handler = taken -> sum += taken.key();
            assertAllocatesNothing(() -> {
                publisher.publish((int) (publisher.nextSequence() & 15), 2);
                publisher.announceDeadline(publisher.nextSequence() & 7);
                subscriber.poll(handler, 3);
            });
        }
    }

    @Test
    void shouldAllocateNothingWhenStatisticsAreOn() {
        try (SignalPublisher publisher = open(true)) {
            SubscriberStatistics statistics = new SubscriberStatistics();
            SignalSubscriber subscriber = SignalSubscriber.attach(BusDirectory.at(folder.resolve("root"), "bus"),
                    SubscriberOptions.defaults().withSignalIds(1).withStatistics(statistics));
            SignalHandler handler = taken -> sum += taken.key();
            assertAllocatesNothing(() -> {
                publisher.publish(1, 2);
                publisher.publish(3, 2);
                assertTrue(subscriber.poll(handler, 3) == 1);
            });
            assertEquals(subscriber.received(), statistics.received());
        }
    }

    private SignalPublisher open(boolean hasParking) {
        return SignalPublisher.open(BusDirectory.at(folder.resolve("root"), "bus"),
                SignalsOptions.defaults().withParking(hasParking));
    }

    private SignalSubscriber attach(SignalPublisher publisher, WaitStrategy strategy) {
        assertEquals(0, publisher.nextSequence());
        return SignalSubscriber.attach(BusDirectory.at(folder.resolve("root"), "bus"),
                SubscriberOptions.defaults().withWaitStrategy(strategy));
    }

    private void assertAllocatesNothing(Runnable step) {
        repeat(step, WARM_UP);
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            repeat(step, COUNT);
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("AllocationTest bytes per million steps: " + allocated);
        assertTrue(allocated <= TOLERANCE_BYTES, "allocated=" + allocated);
    }

    private static void repeat(Runnable step, int count) {
        for (int i = 0; i < count; i++) {
            step.run();
        }
    }
}
