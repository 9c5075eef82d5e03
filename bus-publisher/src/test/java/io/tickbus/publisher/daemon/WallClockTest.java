package io.tickbus.publisher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.platform.CalendarOffset;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.publisher.daemon.TimerDaemon.Setup;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WallClockTest {
    private static final long OFFSET_NS = 1_700_000_000_000_000_000L;
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    @TempDir
    private Path root;

    private final AtomicLong offset = new AtomicLong(OFFSET_NS);
    private final WallClock clock = new WallClock(offset::get);

    @Test
    void shouldGatherWhatIsLessThanAMillisecond() {
        offset.addAndGet(WallClock.TOLERANCE_NS - 1);
        assertFalse(clock.hasStepped());
        offset.addAndGet(1);
        assertTrue(clock.hasStepped());
        assertFalse(clock.hasStepped());
        assertEquals(WallClock.TOLERANCE_NS, clock.change(clock.toldNs()));
    }

    @Test
    void shouldTellMonotonicTimeAndKeepWhatIsNoTime() {
        assertEquals(5, clock.monotonicNs(OFFSET_NS + 5));
        assertEquals(0, clock.monotonicNs(OFFSET_NS - 5));
        assertEquals(-7, clock.monotonicNs(-7));
    }

    @Test
    void shouldMeasureTheRealClocks() {
        long before = System.currentTimeMillis();
        long measured = (CalendarOffset.measureNs() + System.nanoTime()) / 1_000_000;
        assertTrue(measured >= before - 1 && measured <= System.currentTimeMillis() + 1, "measured=" + measured);
    }

    @Test
    void shouldFireACalendarTimerAndNoOtherWhenTheDaemonsClockIsSet() throws Exception {
        DaemonLog log = DaemonLog.standard();
        try (TimerDaemon daemon = TimerDaemon.open(BusDirectory.at(root, "bus"), new Setup(
                SignalsOptions.DEFAULT.withSlotCount(1024), DaemonSettings.DEFAULT, null, clock), log)) {
            long nowNs = System.nanoTime();
            daemon.engine().execute(new TimerCommand().arm(1, 1, nowNs + HOUR_NS).flags(CommandLayout.FLAG_CALENDAR));
            daemon.engine().execute(new TimerCommand().arm(2, 1, nowNs + HOUR_NS));
            daemon.start();
            offset.addAndGet(-HOUR_NS);
            await(daemon, DaemonCounter.CLOCK_STEPS, 1);
            assertEquals(0, daemon.counters().value(DaemonCounter.FIRINGS), "backwards: it waits again");
            offset.addAndGet(2 * HOUR_NS);
            await(daemon, DaemonCounter.CLOCK_STEPS, 2);
            await(daemon, DaemonCounter.FIRINGS, 1);
            await(daemon, DaemonCounter.TIMERS_PENDING, 1);
            assertEquals(1, daemon.counters().value(DaemonCounter.FIRINGS));
        } finally {
            log.close();
        }
    }

    private static void await(TimerDaemon daemon, DaemonCounter counter, long value) throws InterruptedException {
        long untilNs = System.nanoTime() + PATIENCE_NS;
        while (daemon.counters().value(counter) != value) {
            assertTrue(System.nanoTime() < untilNs, () -> counter + "=" + daemon.counters().value(counter));
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
