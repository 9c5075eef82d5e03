// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However a daemon ends, its clients are told, the bus is marked closed if it can be, and released. */
@Timeout(60)
class TimerDaemonStopTest {
    @TempDir
    private Path root;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    /** Whoever logs that a client is connected, the conductor that is, waits for it. */
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private BusDirectory directory;
    private TimerDaemon daemon;
    private RepliesFile replies;
    private SignalsHeader bus;
    private RawClient client;

    private void start(long heartbeatMs) {
        open(heartbeatMs);
        daemon.start();
        client = RawClient.connect(directory, bus, "");
    }

    private void open(long heartbeatMs) {
        directory = BusDirectory.at(root, "bus");
        DaemonLog log = DaemonLog.to(line -> print(line.format(LogFormat.TEXT, null)), () -> 0L, () -> 0L);
        // It says at that level alone when a client comes and goes.
        DaemonSettings settings = DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, System.Logger.Level.DEBUG);
        daemon = TimerDaemon.open(DaemonContext.of(directory).signals(SignalsOptions.defaults().withSlotCount(64)
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(heartbeatMs))).settings(settings).log(log));
        bus = SignalsFile.attach(directory).header();
        replies = RepliesFile.attach(directory);
    }

    private void print(String line) {
        lines.add(line);
        if (line.contains("client-connected")) {
            awaitUninterruptibly(mayGoOn);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitServed() {
        mayGoOn.countDown();
        // The line comes when the timer thread can know of the client, and not only when its session says so.
        await(() -> session() != null && hasLogged("client-connected"));
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.interrupted(), "it did not come to that in time");
            Thread.onSpinWait();
        }
    }

    private Session session() {
        for (int i = 0; i < replies.sessionCount(); i++) {
            if (replies.session(i).isConnectedTo(client.identity.uuid())) {
                return replies.session(i);
            }
        }
        return null;
    }

    private boolean hasLogged(String event) {
        return lines.stream().anyMatch(line -> line.contains(event));
    }

    private static void cut(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(0);
        }
    }

    private static void assertToldToLeave(Session session) {
        assertEquals(RepliesLayout.STATE_EVICTED, session.state());
        assertEquals(ReplyReason.STOPPING, session.reason());
    }

    /** The conductor has five seconds to end, which a busy host may take from it. */
    private void assertNothingFailed() {
        assertTrue(lines.stream().allMatch(line -> !line.contains("ERROR") || line.contains("conductor-stuck")),
                lines::toString);
        // Held up, but not hanging.
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("tickbus-conductor")));
    }

    /** Another publisher gets the lock, in this JVM too. */
    private void assertFree() {
        assertDoesNotThrow(() -> SignalPublisher
                .openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(64))
                .close());
    }

    @AfterEach
    void end() {
        mayGoOn.countDown();
        if (client != null) {
            client.close();
        }
        daemon.close();
    }

    @Test
    void shouldLeaveNothingWhenItIsClosedBeforeItRuns() throws IOException {
        open(20);
        daemon.close();
        try (Stream<Path> left = Files.list(root)) {
            assertEquals(List.of(), left.toList());
        }
    }

    /** Nobody else can: the caller has got nothing to close. */
    @Test
    void shouldReleaseBusWhenNoThreadCanBeStarted() {
        open(1_000);
        assertThrows(OutOfMemoryError.class, () -> daemon.start(new Thread() {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("unable to create native thread, says the test");
            }
        }));
        assertFalse(Files.exists(directory.control()), "clients would wait there");
        assertEquals(SignalsLayout.STATE_CLOSED, bus.state());
        assertTrue(daemon.ended().toCompletableFuture().isCompletedExceptionally());
        assertFree();
    }

    @Test
    void shouldTellClientsAndCloseBusWhenDoorbellIsCutWhileStopping() throws IOException {
        // Nobody gives it its length again meanwhile: that is done with a heartbeat.
        start(1_000);
        awaitServed();
        Session session = session();
        cut(directory.doorbell());
        daemon.close();
        assertToldToLeave(session);
        assertEquals(SignalsLayout.STATE_CLOSED, bus.state());
        assertTrue(hasLogged("client-closed"), lines::toString);
        assertNothingFailed();
        assertFree();
    }

    @Test
    void shouldRunOnce() throws Exception {
        start(1_000);
        awaitServed();
        assertThrows(IllegalStateException.class, () -> daemon.run());
        assertTrue(session() != null, "the first run continues");
        daemon.close();
        assertFree();
    }

    @Test
    void shouldEndWhenDoorbellIsCutAgainAndAgain() throws Exception {
        start(1);
        awaitServed();
        Session session = session();
        CountDownLatch isClosed = new CountDownLatch(1);
        Thread vandal = new Thread(() -> {
            while (isClosed.getCount() > 0) {
                assertDoesNotThrow(() -> cut(directory.doorbell()));
            }
        }, "vandal");
        vandal.start();
        try {
            daemon.close();
        } finally {
            isClosed.countDown();
            vandal.join();
        }
        assertToldToLeave(session);
        assertEquals(SignalsLayout.STATE_CLOSED, bus.state());
        assertNothingFailed();
        assertFree();
    }

    @Test
    void shouldSaySoAndCloseBusWhenConductorIsStuck() {
        start(1);
        await(() -> hasLogged("client-connected"));
        daemon.close();
        assertTrue(hasLogged("ERROR conductor-stuck waitedMs="), lines::toString);
        assertFalse(hasLogged("client-closed"), lines::toString);
        // It was admitted, and evicted at once.
        assertTrue(replies.session(0).isOf(client.identity.uuid()));
        assertToldToLeave(replies.session(0));
        assertEquals(SignalsLayout.STATE_CLOSED, bus.state());
        assertFree();
        mayGoOn.countDown();
        await(() -> hasLogged("client-closed"));
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            found.sorted(Comparator.reverseOrder()).forEach(each -> assertTrue(each.toFile().delete()));
        }
    }

    /** Otherwise a second one could be started beside it. */
    @Test
    void shouldEndAndSaySoWhenDirectoryIsDeleted() throws Exception {
        start(1);
        awaitServed();
        assertTrue(daemon.isRunning());
        deleteAll(directory.path());
        ExecutionException e = assertThrows(ExecutionException.class,
                () -> daemon.ended().toCompletableFuture().get(30, TimeUnit.SECONDS));
        assertEquals(Reason.NOT_FOUND, ((BusException) e.getCause()).reason());
        assertFalse(daemon.isRunning());
        assertTrue(hasLogged("it was deleted or replaced while the daemon ran"), lines::toString);
        assertEquals(SignalsLayout.STATE_CLOSED, bus.state());
        assertFree();
    }

    @Test
    void shouldTellThatItHasEndedWhenStopped() throws Exception {
        start(1);
        awaitServed();
        daemon.stop();
        daemon.ended().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertFalse(daemon.isRunning());
    }

    @Test
    void shouldStartWhenThreadIsInterrupted() {
        Thread.currentThread().interrupt();
        try {
            start(1);
        } finally {
            assertTrue(Thread.interrupted(), "it is still interrupted");
        }
        awaitServed();
    }

    /** A file that only the daemon's own user can cut ends it, on its own thread. */
    @ParameterizedTest
    @CsvSource({"counters,false", "signals,false", "counters,true", "signals,true"})
    void shouldTellClientsAndGiveBusFreeWhenErrorEndsOwnThread(String file, boolean isDoorbellCut) throws IOException {
        start(1);
        awaitServed();
        Session session = session();
        if (isDoorbellCut) {
            cut(directory.doorbell());
        }
        cut(directory.path().resolve(file));
        await(() -> session.state() != RepliesLayout.STATE_CONNECTED);
        assertToldToLeave(session);
        daemon.close();
        assertTrue(hasLogged("ERROR timer-thread-failed error="), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.contains(directory.path().resolve(file) + ":")),
                lines::toString);
        assertFalse(hasLogged("clients-not-told"), lines::toString);
        assertTrue(daemon.ended().toCompletableFuture().isCompletedExceptionally());
        if (file.equals("counters")) {
            assertEquals(SignalsLayout.STATE_CLOSED, bus.state());
        } else {
            Files.delete(directory.signals());
        }
        assertFree();
    }
}
