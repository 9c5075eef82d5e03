// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static io.tickbus.subscriber.SubscriberFixture.LONG_AGO_NS;
import static io.tickbus.subscriber.SubscriberFixture.SMALL;
import static io.tickbus.subscriber.SubscriberFixture.publish;
import static io.tickbus.subscriber.SubscriberFixture.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an attached subscriber when publishers come and go. */
@Timeout(30)
class SubscriberFollowTest {
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
    void shouldGoOnInSameFileWhenPublisherRestarts() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        SignalsFile file = subscriber.file();
        publish(publisher, 3);
        reopen(SMALL);
        publish(publisher, 3);
        assertEquals(range(0, 6), fixture.drain(subscriber));
        assertSame(file, subscriber.file());
        assertEquals(List.of("restarted 2"), fixture.events);
    }

    @Test
    void shouldFollowReplacementWhenThreadIsInterrupted() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 3);
        reopen(SMALL.withSlotCount(2 * SMALL.slotCount()));
        publish(publisher, 3);
        Thread.currentThread().interrupt();
        assertEquals(range(0, 6), fixture.drain(subscriber));
        assertEquals(PublisherStatus.ALIVE, subscriber.publisherStatus());
        SignalSubscriber.attach(directory).close();
        assertTrue(Thread.interrupted(), "it is still interrupted");
    }

    @Test
    void shouldReportClosingAndRestart() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publisher.close();
        assertEquals(List.of(), fixture.drain(subscriber));
        publisher = SignalPublisher.openWithoutThread(directory, SMALL);
        assertEquals(List.of(), fixture.drain(subscriber));
        assertEquals(List.of("status CLOSED", "restarted 2", "status ALIVE"), fixture.events);
    }

    @Test
    void shouldReadOnWhenPublisherDiedInsideSlot() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 10);
        publisher.bus().signals().ring().beginWrite(10);
        publisher.bus().close();
        publisher = SignalPublisher.openWithoutThread(directory, SMALL);
        assertEquals(range(3, 10), fixture.drain(subscriber));
        publish(publisher, 1);
        assertEquals(range(10, 11), fixture.drain(subscriber));
        assertEquals(List.of("loss 0+3", "restarted 2"), fixture.events);
    }

    @Test
    void shouldLoseNothingWhenFileIsReplacedAfterDraining() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        SignalsFile file = subscriber.file();
        publish(publisher, 5);
        assertEquals(range(0, 5), fixture.drain(subscriber));
        reopen(SMALL.withSlotCount(16));
        publish(publisher, 3);
        assertEquals(range(5, 8), fixture.drain(subscriber));
        assertNotSame(file, subscriber.file());
        assertEquals(List.of("restarted 2"), fixture.events);
    }

    /** As a relay does whose source has lost some. */
    @Test
    void shouldCountGapExactlyWhenLineContinuesLater() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 5);
        long historyId = publisher.bus().signals().header().historyId();
        publisher.close();
        publisher = SignalPublisher.openAt(directory, SMALL, historyId, 5);
        publish(publisher, 1);
        publisher.close();
        publisher = SignalPublisher.openAt(directory, SMALL, historyId, 1_000_000_007);
        publish(publisher, 2);
        List<Long> expected = new ArrayList<>(range(0, 6));
        expected.addAll(range(1_000_000_007, 1_000_000_009));
        assertEquals(expected, fixture.drain(subscriber));
        assertEquals(1_000_000_007 - 6, subscriber.lost());
        assertTrue(fixture.events.contains("loss 6+1000000001"), fixture.events::toString);
    }

    @Test
    void shouldJoinAgainWhenLineIsAnother() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 5);
        publisher.close();
        publisher = SignalPublisher.openAt(directory, SMALL, 4711, 2);
        publish(publisher, 2);
        List<Long> expected = new ArrayList<>(range(0, 5));
        expected.addAll(range(2, 4));
        assertEquals(expected, fixture.drain(subscriber));
        assertEquals(4711, publisher.bus().signals().header().historyId());
        publisher.close();
        assertThrows(IllegalArgumentException.class, () -> SignalPublisher.openAt(directory, SMALL, 4711, 3));
        publisher = SignalPublisher.openAt(directory, SMALL, 4711, 4);
        assertEquals(4, publisher.nextSequence());
    }

    @Test
    void shouldCountLossOnceWhenItIsMarked() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 1);
        SignalRecord lost = new SignalRecord().flags(SignalRecordLayout.FLAG_LOST).key(4);
        publisher.publish(lost);
        assertEquals(range(0, 1), fixture.drain(subscriber));
        publisher.publish(lost);
        publisher.publish(lost);
        publish(publisher, 1);
        assertEquals(range(4, 5), fixture.drain(subscriber));
        assertEquals(List.of("loss 1+1", "loss 2+2"), fixture.events);
        assertEquals(3, subscriber.lost());
    }

    @Test
    void shouldPassOverSequencesWithoutSignal() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        SignalRecord absent = new SignalRecord().flags(SignalRecordLayout.FLAG_ABSENT);
        publisher.publish(absent);
        publish(publisher, 2);
        publisher.publish(absent);
        assertEquals(range(1, 3), fixture.drain(subscriber));
        assertEquals(2, subscriber.filtered());
        assertEquals(0, subscriber.lost());
        assertEquals(4, subscriber.sequence());
    }

    @Test
    void shouldReadOldFileToItsEndWhenReplacedBeforeDraining() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 5);
        reopen(SMALL.withSlotCount(16));
        publish(publisher, 3);
        assertEquals(range(0, 8), fixture.drain(subscriber));
        assertEquals(0, subscriber.lost());
    }

    @Test
    void shouldReportExactLossWhenReplacedTwiceAndFileBetweenIsGone() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 5);
        reopen(SMALL.withSlotCount(16));
        publish(publisher, 7);
        reopen(SMALL.withSlotCount(32));
        publish(publisher, 3);
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 12L, 13L, 14L), fixture.drain(subscriber));
        assertEquals(List.of("loss 5+7", "restarted 3"), fixture.events);
        assertEquals(15, subscriber.received() + subscriber.lost());
    }

    @Test
    void shouldReportExactLossWhenOverrunInNewFile() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 20);
        reopen(SMALL.withSlotCount(4));
        publish(publisher, 10);
        assertEquals(List.of(13L, 14L, 15L, 16L, 17L, 18L, 19L, 27L, 28L, 29L), fixture.drain(subscriber));
        assertEquals(30, subscriber.received() + subscriber.lost());
        assertEquals(List.of("loss 0+13", "restarted 2", "loss 20+7"), fixture.events);
    }

    @Test
    void shouldWaitForFutureSequenceWhenFileIsReplaced() {
        publish(publisher, 5);
        SignalSubscriber subscriber = fixture.join(directory, 9);
        reopen(SMALL.withSlotCount(16));
        publish(publisher, 3);
        assertEquals(List.of(), fixture.drain(subscriber));
        publish(publisher, 3);
        assertEquals(range(9, 11), fixture.drain(subscriber));
        assertEquals(0, subscriber.lost());
    }

    @Test
    void shouldReportNewHistoryWhenBusIsDeletedAndCreated() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 6);
        assertEquals(range(0, 6), fixture.drain(subscriber));
        publisher.close();
        directory.delete();
        assertEquals(List.of(), fixture.drain(subscriber));
        publisher = SignalPublisher.openWithoutThread(directory, SMALL);
        publish(publisher, 3);
        assertEquals(range(0, 3), fixture.drain(subscriber));
        assertEquals(List.of("status CLOSED", "history 0", "status ALIVE"), fixture.events);
    }

    @Test
    void shouldReportNewHistoryWhenPublisherDiedAndBusIsCreatedAnew() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 6);
        publisher.heartbeat(System.nanoTime() - LONG_AGO_NS);
        publisher.bus().close();
        directory.delete();
        publisher = SignalPublisher.openWithoutThread(directory, SMALL.withSlotCount(32));
        publish(publisher, 3);
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 0L, 1L, 2L), fixture.drain(subscriber));
        assertEquals("history 0", fixture.events.get(fixture.events.size() - 2));
        assertEquals("status ALIVE", fixture.events.get(fixture.events.size() - 1));
    }

    private void reopen(SignalsOptions options) {
        publisher.close();
        publisher = SignalPublisher.openWithoutThread(directory, options);
    }
}
