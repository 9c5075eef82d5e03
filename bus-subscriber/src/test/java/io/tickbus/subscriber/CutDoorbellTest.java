// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.publisher.SignalPublisher;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process of the same user may shorten the doorbell: no other must suffer from that. */
@Timeout(120)
class CutDoorbellTest {
    private static final int CUTS = 50;
    private static final int DOORBELL_LENGTH = 4096;

    @TempDir
    Path folder;

    private final AtomicBoolean isOver = new AtomicBoolean();
    private BusDirectory directory;

    @BeforeEach
    void nameBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
    }

    @Test
    void shouldGetLengthBackWhenHeartBeats() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults())) {
            for (int length : new int[] {0, 1, 127, 128, 4095}) {
                cut(length);
                publisher.heartbeat(System.nanoTime());
                assertEquals(DOORBELL_LENGTH, Files.size(directory.doorbell()));
            }
        }
    }

    /** An application has no boundary of its own; see {@link #publishUntil}. */
    @Test
    void shouldGoOnPublishingWhenDoorbellIsCut() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.open(directory, SignalsOptions.defaults()
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(1)))) {
            SignalsHeader header = publisher.bus().signals().header();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread publishing = new Thread(() -> publishUntil(isOver::get, publisher));
            publishing.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
            publishing.start();
            for (int i = 0; i < CUTS; i++) {
                long before = header.nextSequence();
                awaitTrue(() -> header.nextSequence() > before || !publishing.isAlive());
                cut(0);
                awaitRestored();
            }
            isOver.set(true);
            publishing.join();
            assertNull(failure.get());
            publisher.publish(2);
            assertEquals(publisher.nextSequence(), publisher.bus().signals().ring().recover(0), "the ring is whole");
        }
    }

    /**
     * The JVM may report a fault when {@code publish} has returned already, in the caller's loop: for that alone is the
     * boundary, which counts nothing as published or lost.
     */
    private static void publishUntil(BooleanSupplier isOver, SignalPublisher publisher) {
        FaultBoundary.run(() -> {
            while (!isOver.getAsBoolean()) {
                publisher.publish(1);
            }
        }, fault -> { });
    }

    /** On one thread, without a heartbeat that gives the length back before the next signal. */
    @Test
    void shouldPublishEachOnceWhenDoorbellStaysCut() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults())) {
            for (int round = 0; round < CUTS; round++) {
                publishCompiled(publisher);
                long next = publisher.nextSequence();
                cut(0);
                publishUntil(() -> publisher.nextSequence() >= next + 10, publisher);
                assertEquals(next + 10, publisher.nextSequence());
                publisher.heartbeat(System.nanoTime());
                assertFalse(publisher.bus().doorbell().isLost());
            }
        }
    }

    /** The fault that the last use of the doorbell raised is still pending when the heartbeat comes. */
    @Test
    void shouldRestoreDoorbellInTheSameHeartbeatWhenAFaultIsLeft() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults())) {
            for (int round = 0; round < CUTS; round++) {
                cut(0);
                publisher.publish(1);
                publisher.heartbeat(System.nanoTime());
                assertEquals(DOORBELL_LENGTH, Files.size(directory.doorbell()));
                assertFalse(publisher.bus().doorbell().isLost());
            }
        }
    }

    /** The file that has the name by now is shorter than the one that is mapped, and that one is whole. */
    @Test
    void shouldFollowShorterReplacementWhenDoorbellFaultsJustThen() {
        AtomicReference<SignalPublisher> successor = new AtomicReference<>();
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory,
                SignalsOptions.defaults().withSlotCount(64))) {
            publisher.publish(1);
        }
        SignalSubscriber subscriber = SignalSubscriber.attach(directory, SubscriberOptions.defaults()
                .joinAtOldest());
        AtomicLong latest = new AtomicLong();
        subscriber.run(signal -> {
            latest.set(signal.signalId());
            if (successor.get() == null) {
                successor.set(SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(8)));
                successor.get().publish(7);
                throw new InternalError("a fault occurred in an unsafe memory access operation, as the JVM says it");
            }
        }, () -> latest.get() == 7);
        successor.get().close();
        assertEquals(0, subscriber.lost());
    }

    /** Its announcement faults, and the handler is where the JVM would tell. */
    @Test
    void shouldHandOverEachSignalWhenDoorbellIsCut() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults())) {
            AtomicLong handled = new AtomicLong();
            SignalHandler handler = signal -> {
                FaultBoundary.surface();
                handled.incrementAndGet();
            };
            for (int round = 0; round < CUTS; round++) {
                SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                        SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.park()));
                cut(0);
                subscriber.await(handler, 1, TimeUnit.MICROSECONDS.toNanos(100));
                publisher.publishWithoutWaking(new SignalRecord());
                subscriber.poll(handler, 1);
                assertEquals(round + 1, handled.get());
            }
        }
    }

    /** A doorbell that is lost explains no fault of another file. */
    @Test
    void shouldSayThatSignalsAreCutWhenDoorbellIsCutToo() throws Exception {
        SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults());
        SignalSubscriber subscriber = SignalSubscriber.attach(directory);
        cut(0);
        try (FileChannel channel = FileChannel.open(directory.signals(), StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        BusException e = assertThrows(BusException.class, () -> pollForEver(subscriber));
        assertEquals(BusException.Reason.TRUNCATED, e.reason());
        assertThrows(BusException.class, () -> publishUntil(() -> Thread.currentThread().isInterrupted(), publisher));
        assertThrows(BusException.class, publisher::close);
    }

    private static void pollForEver(SignalSubscriber subscriber) {
        FaultBoundary.run(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                subscriber.poll(signal -> { }, 1);
            }
        }, fault -> { });
    }

    /** The fault of the latest signal's load of the doorbell may still be pending then. */
    @Test
    void shouldGiveBusFreeWhenClosedWithAFaultLeft() throws Exception {
        SignalSubscriber subscriber = null;
        for (int round = 0; round < CUTS; round++) {
            SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults());
            subscriber = subscriber == null ? SignalSubscriber.attach(directory) : subscriber;
            publishCompiled(publisher);
            cut(0);
            publishAndClose(publisher);
            // Does nothing unless the fault surfaced before close had begun.
            publisher.close();
            assertEquals(SignalsLayout.STATE_CLOSED, subscriber.file().header().state());
        }
        assertEquals(PublisherStatus.CLOSED, subscriber.publisherStatus());
    }

    private static void publishAndClose(SignalPublisher publisher) {
        try {
            publisher.publish(1);
            publisher.close();
        } catch (InternalError e) {
            // It surfaced when the publisher had returned.
            assertTrue(FaultBoundary.isFault(e), e::toString);
        }
    }

    private static void publishCompiled(SignalPublisher publisher) {
        for (int i = 0; i < 2_000; i++) {
            publisher.publish(1);
        }
    }

    @Test
    void shouldGiveBusFreeWhenClosedWithSignalsCut() throws Exception {
        SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults());
        try (FileChannel channel = FileChannel.open(directory.signals(), StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        BusException e = assertThrows(BusException.class, publisher::close);
        assertEquals(BusException.Reason.TRUNCATED, e.reason());
        publisher.close();
        directory.delete();
        SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults()).close();
    }

    @Test
    void shouldGoOnWaitingWhenDoorbellIsCut() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.open(directory, SignalsOptions.defaults()
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(1)))) {
            SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                    SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.park()));
            ExecutorService executor = Executors.newSingleThreadExecutor();
            Future<Long> waiting = executor.submit(() -> {
                subscriber.run(() -> {
                    subscriber.await(signal -> { }, 1, TimeUnit.MILLISECONDS.toNanos(2));
                    return !isOver.get();
                });
                return subscriber.received();
            });
            cutAgainAndAgain();
            assertEquals(0, waiting.get(30, TimeUnit.SECONDS));
            publisher.publish(1);
            assertEquals(1, subscriber.await(signal -> { }, 1, TimeUnit.SECONDS.toNanos(30)));
            executor.shutdown();
        }
    }

    /** Cuts, and waits until the heartbeat has restored it. */
    private void cutAgainAndAgain() throws Exception {
        try {
            for (int i = 0; i < CUTS; i++) {
                cut(0);
                awaitRestored();
            }
        } finally {
            isOver.set(true);
        }
    }

    private void awaitRestored() {
        awaitTrue(() -> directory.doorbell().toFile().length() == DOORBELL_LENGTH);
    }

    private static void awaitTrue(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.currentThread().isInterrupted(), "it did not come to that in time");
            Thread.onSpinWait();
        }
    }

    private void cut(int length) throws Exception {
        try (FileChannel channel = FileChannel.open(directory.doorbell(), StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }
}
