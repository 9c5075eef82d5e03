// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.testkit.NotifySocket;
import io.tickbus.timer.TimerEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One of the daemon's two threads stalls, and a third reports it. */
@Timeout(60)
class TimerDaemonStallTest {
    private static final long TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int CHECKS = 5;
    private static final int RACES = 30;
    private static final long RACE_STEP_NS = TimeUnit.MICROSECONDS.toNanos(400);
    private static final String TIMERS = "tickbus-timers";

    @TempDir
    private Path root;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final CountDownLatch isStanding = new CountDownLatch(1);
    /** The thread of this name stalls, or fails. */
    private volatile String victim = "none";
    private volatile boolean isToFail;
    private volatile boolean isLogToFail;
    private BusDirectory directory;
    private TimerDaemon daemon;

    private void start() {
        start(Map.of());
    }

    private void start(Map<String, String> environment) {
        directory = BusDirectory.at(root, "bus");
        DaemonLog log = DaemonLog.to(line -> print(line.format(LogFormat.TEXT, null)), () -> 0L, () -> 0L);
        DaemonSettings settings = DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, System.Logger.Level.DEBUG);
        DaemonContext context = DaemonContext.of(directory).signals(SignalsOptions.defaults().withSlotCount(64)
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(5))).settings(settings).log(log);
        context.engine = TimerEngine.create(settings.quotas(), 1024, this::calendarOffset);
        context.timeoutNs = TIMEOUT_NS;
        context.notifier(ServiceNotifier.of(environment, log));
        daemon = TimerDaemon.open(context);
        // So that the clock is checked.
        daemon.engine().execute(new TimerCommand().armAt(1, 1, System.nanoTime() + TimeUnit.DAYS.toNanos(1)));
        daemon.start();
    }

    /** Asked by the timer thread in each cycle. */
    private long calendarOffset() {
        if (isToFail && Thread.currentThread().getName().equals(TIMERS)) {
            throw new IllegalStateException("says the test");
        }
        standIfVictim();
        return 0;
    }

    private void print(String line) {
        lines.add(line);
        if (isLogToFail && line.contains("thread-stalled")) {
            throw new IllegalStateException("says the test");
        }
        if (line.contains("client-connected")) {
            standIfVictim();
        }
    }

    private void standIfVictim() {
        if (Thread.currentThread().getName().equals(victim)) {
            isStanding.countDown();
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @AfterEach
    void end() {
        mayGoOn.countDown();
        daemon.close();
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.interrupted(), "it did not come to that in time");
            Thread.onSpinWait();
        }
    }

    private boolean hasLogged(String event) {
        return lines.stream().anyMatch(line -> line.contains(event));
    }

    private void stallTimerThread() throws InterruptedException {
        victim = TIMERS;
        isStanding.await();
    }

    /** Some checks that the conductor makes ten times a second. */
    private void awaitConductor() {
        long rounds = daemon.counters().value(DaemonCounter.CONDUCTOR_ROUNDS);
        await(() -> daemon.counters().value(DaemonCounter.CONDUCTOR_ROUNDS) > rounds + CHECKS);
    }

    @Test
    void shouldSayWhenTimerThreadStandsAndContinueWhenItIsOver() throws InterruptedException {
        start();
        stallTimerThread();
        await(() -> hasLogged("thread-stalled thread=tickbus-timers step=deadlines silentMs="));
        assertTrue(hasLogged("TimerDaemonStallTest.standIfVictim"), "the stack is missing");
        assertTrue(daemon.counters().value(DaemonCounter.TIMER_THREAD_STALLS) > 0);
        SignalsHeader bus = SignalsFile.attach(directory).header();
        long silentNs = bus.heartbeatNs();
        mayGoOn.countDown();
        await(() -> bus.heartbeatNs() > silentNs);
        await(() -> hasLogged("thread-continues thread=tickbus-timers step=deadlines stalledMs="));
        assertTrue(daemon.isRunning());
        assertTrue(daemon.counters().value(DaemonCounter.STALLS) > 0);
    }

    @Test
    void shouldKeepWatchingWhenARoundFails() throws InterruptedException {
        isLogToFail = true;
        start();
        stallTimerThread();
        await(() -> hasLogged("watch-failed error="));
        mayGoOn.countDown();
        await(() -> hasLogged("thread-continues thread=tickbus-timers"));
    }

    @Test
    void shouldSendNoWatchdogMessageWhileTimerThreadStands() throws InterruptedException {
        try (NotifySocket manager = NotifySocket.bind("@tickbus-test-" + UUID.randomUUID())) {
            start(Map.of("NOTIFY_SOCKET", manager.address(), "WATCHDOG_USEC", "300000"));
            manager.await("WATCHDOG=1");
            stallTimerThread();
            // The heartbeat before the stall is told with one of the conductor's next checks.
            awaitConductor();
            while (manager.poll() != null) {
                // Told before the stall.
            }
            awaitConductor();
            assertNull(manager.poll());
            mayGoOn.countDown();
            manager.await("WATCHDOG=1");
        }
    }

    @Test
    void shouldSayWhenConductorStands() {
        start();
        victim = "tickbus-conductor";
        try (RawClient client = RawClient.connect(directory, SignalsFile.attach(directory).header(), "")) {
            await(() -> hasLogged("thread-stalled thread=tickbus-conductor step=clients silentMs="));
            assertTrue(daemon.counters().value(DaemonCounter.CONDUCTOR_STALLS) > 0);
            mayGoOn.countDown();
            await(client::isWelcome);
        }
    }

    /** What it was about to store would otherwise get among a successor's signals. */
    @Test
    void shouldKeepBusUntilTimerThreadEndsWhenItStandsWhileClosing() throws Exception {
        start();
        SignalsHeader bus = SignalsFile.attach(directory).header();
        stallTimerThread();
        daemon.close();
        assertTrue(hasLogged("timer-thread-stuck waitedMs="), lines::toString);
        assertEquals(OwnerLock.Probe.HELD, OwnerLock.probe(directory.lock()));
        assertEquals(SignalsLayout.STATE_OPEN, bus.state());
        mayGoOn.countDown();
        daemon.ended().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertEquals(OwnerLock.Probe.FREE, OwnerLock.probe(directory.lock()));
        assertEquals(SignalsLayout.STATE_CLOSED, bus.state());
    }

    /** Whoever of the two comes second releases the bus, and nobody does so twice. */
    @Test
    void shouldReleaseBusWhenItsThreadFailsWhileItIsClosed() throws Exception {
        int failures = 0;
        for (int i = 0; i < RACES; i++) {
            isToFail = false;
            start();
            TimerDaemon failing = daemon;
            Thread closer = new Thread(failing::close, "closer");
            isToFail = true;
            LockSupport.parkNanos(i * RACE_STEP_NS);
            closer.start();
            failing.close();
            closer.join();
            await(() -> failing.ended().toCompletableFuture().isDone());
            failures += failing.ended().toCompletableFuture().isCompletedExceptionally() ? 1 : 0;
            assertEquals(OwnerLock.Probe.FREE, OwnerLock.probe(directory.lock()));
        }
        assertTrue(failures > 0, "it was closed before it could fail, each time");
    }
}
