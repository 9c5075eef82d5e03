// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DaemonClockTest {
    private static final long OFFSET_NS = 1_700_000_000_000_000_000L;
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    private Path root;

    private final AtomicLong offset = new AtomicLong(OFFSET_NS);

    @Test
    void shouldNeverMeasureMoreThanCalendarTimeShows() {
        for (int i = 0; i < 10_000; i++) {
            long beforeNs = System.nanoTime();
            long realtimeNs = beforeNs + CalendarOffset.measureNs();
            Instant shown = Instant.now();
            assertTrue(realtimeNs <= TimeUnit.SECONDS.toNanos(shown.getEpochSecond()) + shown.getNano());
        }
        long before = System.currentTimeMillis();
        long measured = (CalendarOffset.measureNs() + System.nanoTime()) / 1_000_000;
        assertTrue(measured >= before - 1_000 && measured <= System.currentTimeMillis(), "measured=" + measured);
    }

    @Test
    void shouldFireACalendarTimerAndNoOtherWhenTheClockIsSet() throws Exception {
        DaemonLog log = DaemonLog.standard();
        // A heartbeat that nobody can wait for: the clock is checked all the same.
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(1024).withHeartbeatIntervalNs(HOUR_NS);
        TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1024, offset::get);
        DaemonContext context = DaemonContext.of(BusDirectory.at(root, "bus")).signals(options).log(log);
        context.engine = engine;
        try (TimerDaemon daemon = TimerDaemon.open(context)) {
            long nowNs = System.nanoTime();
            engine.execute(new TimerCommand().armAt(1, 1, OFFSET_NS + nowNs + HOUR_NS));
            engine.execute(new TimerCommand().arm(2, 1, nowNs + 3 * HOUR_NS));
            daemon.start();
            awaitDeadline(daemon, nowNs + HOUR_NS);
            offset.addAndGet(-HOUR_NS);
            awaitDeadline(daemon, nowNs + 2 * HOUR_NS);
            offset.addAndGet(HOUR_NS / 2 + HOUR_NS);
            awaitDeadline(daemon, nowNs + HOUR_NS / 2);
            assertEquals(0, daemon.counters().value(DaemonCounter.FIRINGS));
            offset.addAndGet(HOUR_NS / 2);
            awaitDeadline(daemon, nowNs + 3 * HOUR_NS);
            assertEquals(1, daemon.counters().value(DaemonCounter.FIRINGS));
        } finally {
            log.close();
        }
    }

    private static void awaitDeadline(TimerDaemon daemon, long deadlineNs) throws InterruptedException {
        long untilNs = System.nanoTime() + TIMEOUT_NS;
        while (daemon.publisher().bus().signals().header().nextDeadlineNs() != deadlineNs) {
            assertTrue(System.nanoTime() < untilNs, "no such deadline: " + deadlineNs);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
