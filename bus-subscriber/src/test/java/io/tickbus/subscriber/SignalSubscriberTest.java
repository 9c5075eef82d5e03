// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static io.tickbus.subscriber.SubscriberFixture.LONG_AGO_NS;
import static io.tickbus.subscriber.SubscriberFixture.SMALL;
import static io.tickbus.subscriber.SubscriberFixture.assertFails;
import static io.tickbus.subscriber.SubscriberFixture.publish;
import static io.tickbus.subscriber.SubscriberFixture.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalHistory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SignalSubscriberTest {
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
    void shouldSayNotFoundWhenThereIsNoBus() {
        BusDirectory missing = BusDirectory.at(folder.resolve("root"), "missing");
        assertFails(Reason.NOT_FOUND, () -> SignalSubscriber.attach(missing));
    }

    @Test
    void shouldDeliverEveryFieldWhenPublished() {
        SignalSubscriber subscriber = SignalSubscriber.attach(directory);
        publisher.publish(new SignalRecord().signalId(-3).key(4).deadlineNs(5).publishedNs(6).owner(7).flags(10)
                .occurrence(9, 10).generation(11).payload(new byte[] {'h', 'i'}));
        long beforeNs = System.nanoTime();
        publisher.publish(42, 43);
        List<String> seen = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        assertEquals(2, subscriber.poll(signal -> {
            seen.add(signal.toString());
            times.add(signal.publishedNs());
            assertEquals(signal.sequence() == 1, signal.publishedNs() == signal.deadlineNs());
        }, 10));
        assertEquals("signal sequence=0 signalId=-3 key=4 deadlineNs=5 publishedNs=6 owner=7 flags=10 occurrence=9 "
                + "generation=11 missed=10 payload=hi", seen.get(0));
        assertTrue(seen.get(1).startsWith("signal sequence=1 signalId=42 key=43 "), seen.get(1));
        assertTrue(times.get(1) >= beforeNs && times.get(1) <= System.nanoTime());
        assertEquals(0, SignalRecordLayout.STAMP);
    }

    @Test
    void shouldSeeOnlyWhatComesWhenJoiningAtNewest() {
        publish(publisher, 5);
        SignalSubscriber subscriber = fixture.join(directory, SubscriberOptions.NEWEST);
        assertEquals(5, subscriber.sequence());
        assertEquals(List.of(), fixture.drain(subscriber));
        publish(publisher, 2);
        assertEquals(2, subscriber.backlog());
        assertEquals(range(5, 7), fixture.drain(subscriber));
        assertEquals(List.of(), fixture.events);
    }

    @Test
    void shouldSeeWhatIsThereWhenJoiningAtOldest() {
        publish(publisher, 5);
        assertEquals(range(0, 5), fixture.drain(fixture.join(directory, SubscriberOptions.OLDEST)));
        publish(publisher, 15);
        // One slot is always about to be overwritten, and not hoped for.
        assertEquals(range(13, 20), fixture.drain(fixture.join(directory, SubscriberOptions.OLDEST)));
        assertEquals(List.of(), fixture.events, "what was there before it joined is not lost");
    }

    @Test
    void shouldGoOnThereWhenJoiningAtSequence() {
        publish(publisher, 5);
        assertEquals(range(3, 5), fixture.drain(fixture.join(directory, 3)));
        assertEquals(range(0, 5), fixture.drain(fixture.join(directory, 0)));
        assertEquals(List.of(), fixture.events);
    }

    @Test
    void shouldReportWhatIsGoneWhenJoiningAtPastSequence() {
        publish(publisher, 20);
        SignalSubscriber subscriber = fixture.join(directory, 2);
        assertEquals(range(13, 20), fixture.drain(subscriber));
        assertEquals(List.of("loss 2+11"), fixture.events);
        assertEquals(11, subscriber.lost());
        assertEquals(7, subscriber.received());
    }

    @Test
    void shouldReportWhatWasInEarlierFileWhenJoiningBeforeBase() {
        publish(publisher, 20);
        publisher.close();
        publisher = SignalPublisher.openWithoutThread(directory, SMALL.withSlotCount(16));
        publish(publisher, 3);
        assertEquals(range(20, 23), fixture.drain(fixture.join(directory, 18)));
        assertEquals(List.of("loss 18+2"), fixture.events);
    }

    @Test
    void shouldWaitWhenJoiningAtFutureSequence() {
        publish(publisher, 2);
        SignalSubscriber subscriber = fixture.join(directory, 30);
        for (int i = 0; i < 28; i++) {
            assertEquals(List.of(), fixture.drain(subscriber), "i=" + i);
            publish(publisher, 1);
        }
        assertEquals(List.of(), fixture.drain(subscriber));
        publish(publisher, 2);
        assertEquals(range(30, 32), fixture.drain(subscriber));
        assertEquals(List.of(), fixture.events);
    }

    @Test
    void shouldRefuseJoinPositionBelowOldest() {
        assertThrows(IllegalArgumentException.class, () -> SubscriberOptions.defaults().joinAt(-3));
    }

    @Test
    void shouldHandOverWantedIdsOnlyWhenFiltering() {
        SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                fixture.options().joinAtOldest().withSignalIds(6, 1, 4));
        publish(publisher, 7);
        assertEquals(List.of(1L, 4L, 6L), fixture.drain(subscriber));
        assertEquals(3, subscriber.received());
        assertEquals(4, subscriber.filtered());
        assertEquals(0, subscriber.lost());
        assertEquals(7, subscriber.sequence());
    }

    @Test
    void shouldRespectLimit() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 7);
        List<Long> seen = new ArrayList<>();
        assertEquals(3, subscriber.poll(signal -> seen.add(signal.sequence()), 3));
        assertEquals(3, subscriber.await(signal -> seen.add(signal.sequence()), 3, 0));
        assertEquals(1, subscriber.poll(signal -> seen.add(signal.sequence()), 3));
        assertEquals(0, subscriber.poll(signal -> seen.add(signal.sequence()), 3));
        assertEquals(range(0, 7), seen);
    }

    @Test
    void shouldReturnNothingWhenTimeIsOver() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        for (long timeoutNs : new long[] {Long.MIN_VALUE, -1, 0, 1, 100_000}) {
            assertEquals(0, subscriber.await(signal -> { }, 1, timeoutNs));
        }
    }

    @Test
    void shouldReturnSignalThatIsThereWhenTimeoutIsHuge() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 1);
        assertEquals(1, subscriber.await(signal -> { }, 1, Long.MAX_VALUE));
    }

    @Test
    void shouldReturnWhenInterrupted() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        Thread.currentThread().interrupt();
        assertEquals(0, subscriber.await(signal -> { }, 1, Long.MAX_VALUE));
        assertTrue(Thread.interrupted(), "the interrupt was swallowed");
    }

    @Test
    void shouldCountSignalAsReceivedWhenHandlerThrows() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 5);
        List<Long> seen = new ArrayList<>();
        SignalHandler handler = signal -> {
            seen.add(signal.sequence());
            if (signal.sequence() == 2) {
                throw new IllegalArgumentException("mine");
            }
        };
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> subscriber.poll(handler, 10));
        assertEquals("mine", e.getMessage());
        assertEquals(3, subscriber.received());
        assertEquals(2, subscriber.poll(handler, 10));
        assertEquals(range(0, 5), seen, "each signal once");
    }

    @Test
    void shouldPassInternalErrorWhenHandlerThrowsItsOwn() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 1);
        InternalError mine = new InternalError("mine");
        assertEquals(mine, assertThrows(InternalError.class, () -> subscriber.poll(signal -> {
            throw mine;
        }, 1)));
    }

    @Test
    void shouldFindNothingAndThrowOnWaitingWhenClosed() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 5);
        subscriber.close();
        for (int i = 0; i < 50_000; i++) {
            assertEquals(0, subscriber.poll(signal -> { }, 1));
        }
        assertThrows(IllegalStateException.class, () -> subscriber.await(signal -> { }, 1, 1));
        assertThrows(IllegalStateException.class, subscriber::publisherStatus);
        subscriber.close();
    }

    @Test
    void shouldSayClosedWhenPublisherClosed() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publish(publisher, 2);
        assertEquals(PublisherStatus.ALIVE, subscriber.publisherStatus());
        publisher.close();
        assertEquals(PublisherStatus.CLOSED, subscriber.publisherStatus());
        assertEquals(range(0, 2), fixture.drain(subscriber), "what it published last can still be read");
        assertEquals(List.of("status CLOSED"), fixture.events);
    }

    @Test
    void shouldSayStalledAndDeadByLockWhenHeartbeatIsOld() {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        publisher.heartbeat(System.nanoTime() - LONG_AGO_NS);
        assertEquals(PublisherStatus.STALLED, subscriber.publisherStatus());
        publisher.heartbeat(System.nanoTime());
        assertEquals(PublisherStatus.ALIVE, subscriber.publisherStatus());
        publisher.heartbeat(System.nanoTime() - LONG_AGO_NS);
        publisher.bus().close();
        assertEquals(PublisherStatus.DEAD, subscriber.publisherStatus());
        assertEquals(List.of("status STALLED", "status ALIVE", "status DEAD"), fixture.events);
    }

    /** Its wait is open all the time, since the ring has gone past what it wants. */
    @Test
    void shouldNapWhenHistoryIsBehind() {
        AtomicInteger reads = new AtomicInteger();
        SignalHistory behind = new SignalHistory() {
            @Override
            public int read(long historyId, long sequence, long[] fields) {
                reads.incrementAndGet();
                return NOT_YET;
            }

            @Override
            public long nextAfter(long historyId, long missing) {
                return Long.MAX_VALUE;
            }

            @Override
            public void close() {
                // There is nothing to close.
            }
        };
        SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                SubscriberOptions.defaults().joinAt(0).withHistory(behind));
        publish(publisher, 4 * SMALL.slotCount());
        long timeoutNs = 100_000_000;
        assertEquals(0, subscriber.await(signal -> { }, 1, timeoutNs));
        assertTrue(reads.get() <= timeoutNs / 1_000_000 + 2, "reads=" + reads);
    }

    @Test
    void shouldThrowBusExceptionWhenFileIsShortened() throws Exception {
        SignalSubscriber subscriber = fixture.join(directory, 0);
        // The stamp of the first signal is 1, which a register may hold by chance where a fault has skipped its load.
        publish(publisher, 5);
        assertEquals(range(0, 5), fixture.drain(subscriber));
        publisher.heartbeat(System.nanoTime() - LONG_AGO_NS);
        try (var channel = java.nio.channels.FileChannel.open(directory.signals(),
                java.nio.file.StandardOpenOption.WRITE)) {
            channel.truncate(4096);
        }
        int[] turns = {0};
        BusException e = assertFails(Reason.TRUNCATED, () -> subscriber.run(() -> {
            assertEquals(0, subscriber.await(signal -> { }, 1, 0));
            assertEquals(0, subscriber.poll(signal -> { }, 1));
            return ++turns[0] < 100_000;
        }));
        assertTrue(e.getMessage().contains(directory.signals().toString()), e.getMessage());
    }
}
