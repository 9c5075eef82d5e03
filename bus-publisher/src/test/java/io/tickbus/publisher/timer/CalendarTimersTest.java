package io.tickbus.publisher.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalendarTimersTest {
    private static final long NOW_NS = 1_000_000_000_000L;
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final int MOST_STEPS = 10_000;

    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(100_000, 100_000), 1024);
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();

    private void arm(long key, long dueNs, long periodNs, boolean isCalendar) {
        engine.execute(command.arm(key, 1, dueNs).periodNs(periodNs)
                .flags(isCalendar ? CommandLayout.FLAG_CALENDAR : 0));
    }

    private void step(long forwardsNs) {
        engine.calendarStepped(forwardsNs);
        finish();
    }

    private void finish() {
        int steps = 0;
        while (engine.doHousekeeping() > 0) {
            assertTrue(++steps < MOST_STEPS);
        }
    }

    private List<Long> expire(long nowNs) {
        return log.expireAll(engine, nowNs, Integer.MAX_VALUE).stream().map(Firing::key).toList();
    }

    @Test
    void shouldMoveCalendarTimersOnlyForwardsAndBackwards() {
        arm(1, NOW_NS + HOUR_NS, 0, true);
        arm(2, NOW_NS + HOUR_NS, 0, false);
        step(HOUR_NS / 2);
        assertEquals(NOW_NS + HOUR_NS / 2, engine.nextDeadlineNs());
        step(-HOUR_NS);
        assertEquals(NOW_NS + HOUR_NS, engine.nextDeadlineNs());
        assertEquals(List.of(2L), expire(NOW_NS + HOUR_NS));
        assertEquals(NOW_NS + HOUR_NS + HOUR_NS / 2, engine.nextDeadlineNs());
    }

    @Test
    void shouldFireAtOnceWhatAStepMakesDueAndNotAgainWhenTheClockGoesBack() {
        arm(1, NOW_NS + HOUR_NS, 0, true);
        arm(2, NOW_NS + HOUR_NS, HOUR_NS, true);
        step(HOUR_NS);
        assertEquals(List.of(1L, 2L), expire(NOW_NS));
        step(-HOUR_NS);
        assertEquals(List.of(), expire(NOW_NS + HOUR_NS));
        assertEquals(NOW_NS + 2 * HOUR_NS, engine.nextDeadlineNs(), "the next occurrence, where its clock has it");
    }

    @Test
    void shouldMoveEachOnceWhenMoreAreArmedAndMoreStepsComeMeanwhile() {
        int timers = 5_000;
        for (int key = 0; key < timers; key++) {
            arm(key, NOW_NS + HOUR_NS, 0, true);
        }
        engine.calendarStepped(1_000);
        engine.doHousekeeping();
        // Reckoned with the new offset already.
        arm(timers, NOW_NS + HOUR_NS - 1_000, 0, true);
        engine.calendarStepped(500);
        engine.calendarStepped(-100);
        finish();
        assertEquals(List.of(), expire(NOW_NS + HOUR_NS - 1_401));
        assertEquals(timers + 1, expire(NOW_NS + HOUR_NS - 1_400).size());
    }

    @Test
    void shouldLeaveTheRestOfAHeldTimer() {
        arm(1, NOW_NS + HOUR_NS, 0, true);
        engine.execute(command.of(CommandLayout.TYPE_PAUSE, 1));
        step(HOUR_NS);
        assertEquals(Long.MAX_VALUE, engine.nextDeadlineNs());
    }

    @Test
    void shouldMoveEachTimerOnceWhenTimersGetOtherIndexesMeanwhile() {
        for (int key = 0; key < 5_000; key++) {
            arm(key, NOW_NS + HOUR_NS + key, 0, true);
        }
        for (int key = 0; key < 1_000; key++) {
            engine.cancel(key);
        }
        engine.calendarStepped(HOUR_NS / 2);
        for (int i = 0; i < 30; i++) {
            assertTrue(engine.doHousekeeping() > 0);
        }
        // What repairing after a fault does: the timers behind those that are gone move up, past the cursor.
        engine.store().rebuild();
        finish();
        assertEquals(4_000, expire(NOW_NS + HOUR_NS / 2 + 5_000).size());
    }

    @Test
    void shouldNotMoveWhatHasFiredWhileMoreIsDue() {
        arm(1, NOW_NS, 0, true);
        arm(2, NOW_NS, 0, true);
        assertEquals(1, engine.expire(NOW_NS, 1, log));
        engine.calendarStepped(1_000);
        finish();
        assertEquals(List.of(2L), expire(NOW_NS));
        engine.execute(command.of(CommandLayout.TYPE_CANCEL, 1));
        assertEquals(0, engine.pending());
    }
}
