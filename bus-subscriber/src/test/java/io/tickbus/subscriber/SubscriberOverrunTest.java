// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static io.tickbus.subscriber.SubscriberFixture.SMALL;
import static io.tickbus.subscriber.SubscriberFixture.assertFails;
import static io.tickbus.subscriber.SubscriberFixture.publish;
import static io.tickbus.subscriber.SubscriberFixture.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SubscriberOverrunTest {
    @TempDir
    Path folder;

    private final SubscriberFixture fixture = new SubscriberFixture();
    private BusDirectory directory;
    private SignalPublisher publisher;

    @BeforeEach
    void openBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SMALL);
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    @Test
    void shouldLoseNothingWhenExactlyOneRingBehind() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        for (int lap = 0; lap < 5; lap++) {
            publish(publisher, 8);
            assertEquals(range(8L * lap, 8L * lap + 8), fixture.drain(subscriber));
        }
        assertEquals(List.of(), fixture.events);
    }

    @Test
    void shouldGoOnAtOldestAndCountExactlyWhenOverrun() {
        for (int ahead = 9; ahead < 40; ahead++) {
            fixture.events.clear();
            SignalSubscriber subscriber = fixture.join(directory, SubscriberOptions.NEWEST);
            long first = subscriber.sequence();
            publish(publisher, ahead);
            assertEquals(range(first + ahead - 7, first + ahead), fixture.drain(subscriber));
            assertEquals(List.of("loss " + first + "+" + (ahead - 7)), fixture.events);
            assertEquals(ahead - 7, subscriber.lost());
            assertEquals(1, subscriber.overruns());
        }
    }

    @Test
    void shouldGoOnAtNewestAndCountExactlyWhenAskedTo() {
        SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                fixture.options().joinAt(0).withOverrunPolicy(OverrunPolicy.NEWEST));
        publish(publisher, 20);
        assertEquals(List.of(), fixture.drain(subscriber));
        publish(publisher, 2);
        assertEquals(range(20, 22), fixture.drain(subscriber));
        assertEquals(List.of("loss 0+20"), fixture.events);
    }

    @Test
    void shouldFailEachTimeWhenAskedTo() {
        SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                fixture.options().joinAt(0).withOverrunPolicy(OverrunPolicy.FAIL));
        publish(publisher, 20);
        for (int i = 0; i < 3; i++) {
            BusException e = assertFails(Reason.OVERRUN, () -> subscriber.poll(signal -> { }, 1));
            assertTrue(e.getMessage().contains("sequence 0"), e.getMessage());
            assertTrue(e.getMessage().contains("publisher is at 20"), e.getMessage());
        }
        assertFails(Reason.OVERRUN, () -> subscriber.await(signal -> { }, 1, 1));
        assertEquals(0, subscriber.lost());
        assertEquals(0, subscriber.sequence());
        assertEquals(List.of(), fixture.events);
    }

    @Test
    void shouldReportLossOfRecordWhoseSlotIsBeingOverwritten() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 8);
        publisher.bus().signals().ring().beginWrite(8);
        assertEquals(range(1, 8), fixture.drain(subscriber));
        assertEquals(List.of("loss 0+1"), fixture.events);
    }

    @Test
    void shouldReportLossWhenLappedInTheMiddleOfPolling() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 8);
        List<Long> seen = new ArrayList<>();
        subscriber.poll(signal -> {
            seen.add(signal.sequence());
            if (signal.sequence() == 3) {
                publish(publisher, 12);
            }
        }, 100);
        assertEquals(List.of(0L, 1L, 2L, 3L, 13L, 14L, 15L, 16L, 17L, 18L, 19L), seen);
        assertEquals(List.of("loss 4+9"), fixture.events);
        assertEquals(20, subscriber.received() + subscriber.lost());
    }

    @Test
    void shouldCountLossAndFilteredApartWhenFiltering() {
        SignalSubscriber subscriber =
                SignalSubscriber.attach(directory, fixture.options().joinAt(0).withSignalIds(15));
        publish(publisher, 20);
        assertEquals(List.of(15L), fixture.drain(subscriber));
        assertEquals(1, subscriber.received());
        assertEquals(6, subscriber.filtered());
        assertEquals(13, subscriber.lost());
    }
}
