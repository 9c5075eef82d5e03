package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.wait.WaitStrategy;
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
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.DEFAULT)) {
            for (int length : new int[] {0, 1, 127, 128, 4095}) {
                cut(length);
                publisher.heartbeat(System.nanoTime());
                assertEquals(DOORBELL_LENGTH, Files.size(directory.doorbell()));
            }
        }
    }

    /** The JVM reports a fault late, perhaps after {@code publish} has returned, in the caller's own loop. */
    @Test
    void shouldGoOnPublishingWhenDoorbellIsCut() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.open(directory, SignalsOptions.DEFAULT
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(1)))) {
            AtomicLong returned = new AtomicLong();
            AtomicLong failed = new AtomicLong();
            Thread publishing = new Thread(() -> {
                FaultBoundary.run(() -> {
                    while (!isOver.get()) {
                        returned.set(publisher.publish(1) + 1);
                    }
                }, fault -> failed.incrementAndGet());
            });
            publishing.start();
            while (returned.get() == 0 && publishing.isAlive()) {
                Thread.onSpinWait();
            }
            cutAgainAndAgain(publisher);
            publishing.join();
            long count = publisher.nextSequence();
            System.out.println("CutDoorbellTest published=" + count + " errors=" + failed);
            assertTrue(count >= returned.get() && returned.get() > 0, "returned=" + returned);
            publisher.publish(2);
            assertEquals(count + 1, publisher.bus().signals().ring().recover(0), "the ring is whole");
        }
    }

    /** The fault of the latest signal's look at the doorbell is still to come then. */
    @Test
    void shouldGiveBusFreeWhenClosedWithAFaultLeft() throws Exception {
        SignalSubscriber subscriber = null;
        for (int round = 0; round < CUTS; round++) {
            try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.DEFAULT)) {
                subscriber = subscriber == null ? SignalSubscriber.attach(directory) : subscriber;
                publishCompiled(publisher);
                cut(0);
                publishOnce(publisher);
            }
            assertEquals(SignalsLayout.STATE_CLOSED, subscriber.file().header().state());
        }
        assertEquals(PublisherStatus.CLOSED, subscriber.publisherStatus());
    }

    private static void publishOnce(SignalPublisher publisher) {
        try {
            publisher.publish(1);
        } catch (InternalError e) {
            // It came up when the publisher had returned.
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
        SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.DEFAULT);
        try (FileChannel channel = FileChannel.open(directory.signals(), StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        BusException e = assertThrows(BusException.class, publisher::close);
        assertEquals(BusException.Reason.TRUNCATED, e.reason());
        publisher.close();
        directory.delete();
        SignalPublisher.openWithoutThread(directory, SignalsOptions.DEFAULT).close();
    }

    @Test
    void shouldGoOnWaitingWhenDoorbellIsCut() throws Exception {
        try (SignalPublisher publisher = SignalPublisher.open(directory, SignalsOptions.DEFAULT
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(1)))) {
            SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                    SubscriberOptions.defaults().withWaiting(WaitStrategy.park()));
            ExecutorService executor = Executors.newSingleThreadExecutor();
            Future<Long> waiting = executor.submit(() -> {
                subscriber.run(() -> {
                    subscriber.await(signal -> { }, 1, TimeUnit.MILLISECONDS.toNanos(2));
                    return !isOver.get();
                });
                return subscriber.received();
            });
            cutAgainAndAgain(publisher);
            assertEquals(0, waiting.get(30, TimeUnit.SECONDS));
            publisher.publish(1);
            assertEquals(1, subscriber.await(signal -> { }, 1, TimeUnit.SECONDS.toNanos(30)));
            executor.shutdown();
        }
    }

    /** Cuts, and waits until the heartbeat has mended it. */
    private void cutAgainAndAgain(SignalPublisher publisher) throws Exception {
        try {
            for (int i = 0; i < CUTS; i++) {
                cut(0);
                while (Files.size(directory.doorbell()) < DOORBELL_LENGTH) {
                    assertTrue(!Thread.currentThread().isInterrupted(), "not mended: " + publisher.epoch());
                    Thread.onSpinWait();
                }
            }
        } finally {
            isOver.set(true);
        }
    }

    private void cut(int length) throws Exception {
        try (FileChannel channel = FileChannel.open(directory.doorbell(), StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }
}
