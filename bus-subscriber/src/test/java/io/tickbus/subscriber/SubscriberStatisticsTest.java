// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SubscriberStatisticsTest {
    private static final int SLOTS = 16;
    private static final long LATE_NS = TimeUnit.SECONDS.toNanos(10);

    @TempDir
    Path root;

    private final SubscriberStatistics statistics = new SubscriberStatistics();

    @Test
    void shouldCountNothingBeforeTheFirstSignal() {
        assertEquals(-1, statistics.sequence());
        assertEquals(0, statistics.received() + statistics.lost() + statistics.lag());
        assertEquals(SubscriberStatistics.NONE, statistics.latenessNs(50));
        assertThrows(IllegalArgumentException.class, () -> statistics.latenessNs(0));
    }

    @Test
    void shouldCountWhatTheSubscriberCounts() {
        BusDirectory directory = BusDirectory.at(root, "bus");
        try (SignalPublisher publisher = SignalPublisher.open(directory,
                SignalsOptions.defaults().withSlotCount(SLOTS));
                SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                        SubscriberOptions.defaults().withStatistics(statistics))) {
            SignalRecord signal = new SignalRecord().signalId(3);
            long nowNs = System.nanoTime();
            publisher.publish(signal.publishedNs(nowNs).deadlineNs(nowNs - LATE_NS));
            subscriber.poll(each -> assertEquals(1, statistics.received(), "counted before it is handed over"), 1);
            assertEquals(1, statistics.sequence());
            assertEquals(0, statistics.lag());
            assertTrue(statistics.latenessSumNs() >= LATE_NS);
            assertTrue(statistics.latenessNs(99) >= LATE_NS, () -> "lateness=" + statistics.latenessNs(99));
            for (int i = 0; i < 3 * SLOTS; i++) {
                publisher.publish(3);
            }
            subscriber.poll(each -> { }, 2);
            assertEquals(subscriber.received(), statistics.received());
            assertEquals(subscriber.lost(), statistics.lost());
            assertEquals(1, statistics.overruns());
            assertEquals(subscriber.sequence(), statistics.sequence());
            assertEquals(subscriber.backlog(), statistics.lag());
        }
    }
}
