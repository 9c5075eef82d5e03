// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.timer.TimerEngine;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JDK's flight recorder records a daemon whose timer thread stalls. */
@Timeout(60)
class FlightEventsTest {
    private static final String LATE = "io.tickbus.LateFiring";
    private static final String STALL = "io.tickbus.Stall";
    private static final long STALL_NS = TimeUnit.MILLISECONDS.toNanos(200);

    @TempDir
    private Path root;

    private volatile boolean isToStall;
    private TimerDaemon daemon;

    @BeforeEach
    void start() {
        DaemonContext context = DaemonContext.of(BusDirectory.at(root, "bus")).signals(SignalsOptions.defaults()
                .withSlotCount(64).withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(5)))
                .settings(DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, Level.OFF)
                        .with(DaemonSetting.EVERY, List.of(TimerSpec.parse("5ms:42"))));
        context.engine = TimerEngine.create(DaemonSettings.defaults().quotas(), 1024, this::calendarOffset);
        context.timeoutNs = STALL_NS;
        daemon = TimerDaemon.open(context);
        // So that the clock is read in each cycle.
        daemon.engine().execute(new TimerCommand().armAt(1, 1, System.nanoTime() + TimeUnit.DAYS.toNanos(1)));
        daemon.start();
    }

    @AfterEach
    void end() {
        isToStall = false;
        daemon.close();
    }

    private long calendarOffset() {
        while (isToStall && Thread.currentThread().getName().equals("tickbus-timers")) {
            LockSupport.parkNanos(STALL_NS);
        }
        return 0;
    }

    private void stall() {
        long stalls = daemon.counters().value(DaemonCounter.TIMER_THREAD_STALLS);
        long late = daemon.counters().value(DaemonCounter.LATE_FIRINGS);
        isToStall = true;
        await(() -> daemon.counters().value(DaemonCounter.TIMER_THREAD_STALLS) > stalls);
        isToStall = false;
        await(() -> daemon.counters().value(DaemonCounter.LATE_FIRINGS) > late);
        awaitRounds();
    }

    /** In each round the watching thread reads what is late by then, and records by how much it overslept. */
    private void awaitRounds() {
        long rounds = hiccups();
        await(() -> hiccups() > rounds + 2);
    }

    private long hiccups() {
        return daemon.counters().file().histograms().stream()
                .filter(histogram -> histogram.label().equals("hiccups of the host")).findFirst().orElseThrow().total();
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.interrupted(), "it did not come to that in time");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private List<RecordedEvent> events(Recording recording, String name) throws IOException {
        Path file = root.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(name)).toList();
    }

    @Test
    void shouldRecordStallsAndLateFiringsWhileRecordingAndNoneFromBefore() throws IOException {
        stall();
        long beforeNs = System.nanoTime();
        try (Recording recording = new Recording()) {
            recording.enable(LATE);
            recording.enable(STALL);
            recording.start();
            stall();
            assertRecorded(recording, beforeNs);
        }
    }

    private void assertRecorded(Recording recording, long beforeNs) throws IOException {
        List<RecordedEvent> stalls = events(recording, STALL);
        assertEquals(1, stalls.stream().filter(event -> event.getString("stalledThread").equals("tickbus-timers"))
                .count(), stalls.toString());
        RecordedEvent stall = stalls.get(0);
        assertTrue(stall.getDuration("stalled").toNanos() >= STALL_NS, stall.toString());
        assertEquals("deadlines", stall.getString("step"));
        assertTrue(stall.getString("stack").contains("FlightEventsTest.calendarOffset"), stall.getString("stack"));
        List<RecordedEvent> late = events(recording, LATE);
        assertTrue(late.stream().anyMatch(event -> event.getInt("signalId") == 42
                && event.getDuration("lateness").toNanos() >= STALL_NS / 2 && !event.getString("cause").isEmpty()),
                late.toString());
        for (RecordedEvent event : late) {
            assertTrue(event.getLong("deadline") + event.getDuration("lateness").toNanos() > beforeNs,
                    "published before the recording: " + event);
        }
    }
}
