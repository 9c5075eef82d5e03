// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.publisher.SignalPublisher;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TimerLoopTest {
    private static final long FAR_NS = TimeUnit.SECONDS.toNanos(300);
    private static final long STOP_TIMEOUT_MS = 30_000;

    @TempDir
    Path folder;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private BusDirectory directory;
    private SignalPublisher publisher;

    @BeforeEach
    void openBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults()
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(2)));
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff", "park", "predictive"})
    void shouldPublishInDeadlineOrderUntilStopped(String waiting) throws Exception {
        long anchorNs = System.nanoTime();
        TimerLoop daemon = TimerLoop.of(publisher, EngineFixture.engine(
                EngineFixture.periodic(anchorNs, 500_000, 1, 10, 0),
                EngineFixture.periodic(anchorNs, 700_000, 2, 20, 0)),
                WaitStrategy.named(waiting));
        Thread thread = start(daemon);
        SignalsFile file = SignalsFile.attach(directory);
        while (file.header().nextSequence() < 200) {
            Thread.onSpinWait();
        }
        stop(daemon, thread);
        checkFirings(file, anchorNs);
        assertEquals(Long.MAX_VALUE, file.header().nextDeadlineNs());
    }

    private static void checkFirings(SignalsFile file, long anchorNs) {
        SlotRing ring = file.ring();
        SignalRecord signal = new SignalRecord();
        long[] nextOccurrence = new long[3];
        long[] periodsNs = {0, 500_000, 700_000};
        long lastPublishedNs = anchorNs;
        for (long sequence = 0; sequence < file.header().nextSequence(); sequence++) {
            assertEquals(SlotRing.COMMITTED, ring.state(sequence));
            assertTrue(ring.copy(sequence, signal.sequence(sequence).fields()));
            int id = signal.signalId();
            assertEquals(10L * id, signal.key());
            assertEquals(nextOccurrence[id], signal.occurrence());
            assertEquals(anchorNs + signal.occurrence() * periodsNs[id], signal.deadlineNs());
            assertTrue(signal.publishedNs() >= signal.deadlineNs(), "fired early");
            assertTrue(signal.publishedNs() >= lastPublishedNs, "out of order");
            lastPublishedNs = signal.publishedNs();
            nextOccurrence[id] += 1 + signal.missed();
        }
        assertTrue(nextOccurrence[1] > 0 && nextOccurrence[2] > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff", "park", "predictive"})
    void shouldStopWhenDeadlineIsFar(String waiting) throws Exception {
        for (int i = 0; i < 10; i++) {
            TimerLoop daemon = TimerLoop.of(publisher, EngineFixture.engine(
                    EngineFixture.periodic(System.nanoTime() + FAR_NS, 1_000_000, 1, 1, 0)),
                    WaitStrategy.named(waiting));
            assertEquals(waiting, daemon.waitStrategy().name());
            stop(daemon, start(daemon));
        }
        assertEquals(0, publisher.nextSequence());
    }

    @Test
    void shouldStopWhenStoppedBeforeRunning() {
        TimerLoop daemon = TimerLoop.of(publisher, EngineFixture.engine(), WaitStrategy.park());
        daemon.stop();
        daemon.run();
        assertEquals(0, publisher.nextSequence());
    }

    /** Nothing else wakes it for minutes. */
    @Test
    void shouldHearOfChangeThatIsMadeWhileItMakesAnother() throws Exception {
        TimerLoop daemon = loopWithFarHeartbeat();
        Thread thread = start(daemon);
        CountDownLatch isDone = new CountDownLatch(1);
        daemon.change(() -> daemon.change(isDone::countDown));
        assertTrue(isDone.await(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS), "it sleeps");
        stop(daemon, thread);
    }

    private TimerLoop loopWithFarHeartbeat() {
        publisher.close();
        publisher = SignalPublisher.openWithoutThread(directory,
                SignalsOptions.defaults().withHeartbeatIntervalNs(FAR_NS));
        return TimerLoop.of(publisher, EngineFixture.engine(), WaitStrategy.park());
    }

    private void cutDoorbell() {
        assertDoesNotThrow(() -> {
            try (FileChannel channel = FileChannel.open(directory.doorbell(), StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
        });
    }

    /** It is the loop's own thread that cuts the doorbell, so that the fault is still to be told of. */
    @Test
    void shouldLoseNoChangeWhenAFaultIsLeft() throws Exception {
        TimerLoop daemon = loopWithFarHeartbeat();
        CountDownLatch isDone = new CountDownLatch(1);
        daemon.change(() -> {
            daemon.change(() -> {
                FaultBoundary.surface();
                isDone.countDown();
            });
            cutDoorbell();
        });
        Thread thread = start(daemon);
        assertTrue(isDone.await(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS), "the change is lost");
        stop(daemon, thread);
    }

    /** No heartbeat restores the doorbell in time, and nobody can ring. */
    @Test
    void shouldHearOfChangeAndStopWhenDoorbellIsLost() throws Exception {
        TimerLoop daemon = loopWithFarHeartbeat();
        Thread thread = start(daemon);
        for (int i = 0; i < 2; i++) {
            cutDoorbell();
            CountDownLatch isDone = new CountDownLatch(1);
            daemon.change(isDone::countDown);
            assertTrue(isDone.await(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS), "it sleeps");
        }
        stop(daemon, thread);
    }

    private static FiringListener failingWhen(BooleanSupplier condition) {
        return signal -> {
            if (condition.getAsBoolean()) {
                throw new OutOfMemoryError("of the test");
            }
        };
    }

    @Test
    void shouldLoseNoFiringWhenMemoryIsShort() throws Exception {
        AtomicInteger fired = new AtomicInteger();
        long anchorNs = System.nanoTime();
        TimerLoop daemon = TimerLoop.of(publisher, EngineFixture.engine(
                EngineFixture.periodic(anchorNs, 500_000, 1, 10, 0),
                EngineFixture.periodic(anchorNs, 700_000, 2, 20, 0)), WaitStrategy.predictive(),
                failingWhen(() -> fired.getAndIncrement() % 7 == 3));
        Thread thread = start(daemon);
        while (fired.get() < 200) {
            assertTrue(thread.isAlive(), () -> "the daemon ended: " + failure.get());
            Thread.onSpinWait();
        }
        stop(daemon, thread);
        checkFirings(SignalsFile.attach(directory), anchorNs);
    }

    /** The period is shorter than a cycle, so that none succeeds in between. */
    @Test
    void shouldEndWhenMemoryStaysShort() throws Exception {
        TimerLoop daemon = TimerLoop.of(publisher, EngineFixture.engine(
                EngineFixture.periodic(System.nanoTime(), 1_000, 1, 1, 0)), WaitStrategy.predictive(),
                failingWhen(() -> true));
        start(daemon).join(STOP_TIMEOUT_MS);
        assertTrue(failure.get() instanceof OutOfMemoryError, () -> "ended by " + failure.get());
    }

    @Test
    void shouldGoOnWhenDoorbellIsCut() throws Exception {
        TimerLoop daemon = TimerLoop.of(publisher, EngineFixture.engine(
                EngineFixture.periodic(System.nanoTime(), 100_000, 1, 1, 0)), WaitStrategy.predictive());
        Thread thread = start(daemon);
        SignalsFile file = SignalsFile.attach(directory);
        for (int i = 0; i < 30; i++) {
            cutDoorbell();
            long next = file.header().nextSequence();
            while (Files.size(directory.doorbell()) < 4096 || file.header().nextSequence() < next + 3) {
                assertTrue(thread.isAlive(), () -> "the daemon ended: " + failure.get());
                Thread.onSpinWait();
            }
        }
        stop(daemon, thread);
        assertEquals(publisher.nextSequence(), file.ring().recover(0), "the ring is whole");
    }

    private Thread start(TimerLoop daemon) {
        Thread thread = new Thread(daemon, "daemon");
        thread.setUncaughtExceptionHandler((ignored, e) -> failure.set(e));
        thread.start();
        return thread;
    }

    private void stop(TimerLoop daemon, Thread thread) throws InterruptedException {
        daemon.stop();
        thread.join(STOP_TIMEOUT_MS);
        assertTrue(!thread.isAlive(), "it did not stop");
        assertEquals(null, failure.get());
    }
}
