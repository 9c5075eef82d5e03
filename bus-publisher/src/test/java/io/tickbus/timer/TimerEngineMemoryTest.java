// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.GapPolicy;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.lang.management.ManagementFactory;
import java.time.ZoneId;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerEngineMemoryTest {
    private static final int TIMERS = 1_000_000;
    private static final long MOST_BYTES_PER_TIMER = 128;
    private static final int CYCLES = 200_000;
    private static final long OFFSET_NS = 1_800_000_000_000_000_000L;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private long nowNs = 1_000_000;
    private long sequence;

    @Test
    void shouldTake128BytesPerTimerAtMost() {
        Random random = new Random(1);
        engine.openOwner(1);
        for (int key = 0; key < TIMERS; key++) {
            engine.execute(1, command.arm(key, 1, nowNs + (random.nextLong() >>> 30)), nowNs, 0, reply);
            assertEquals(ReplyCode.ARMED, reply.code());
        }
        System.out.printf("TimerEngineMemoryTest bytes per timer: %.1f%n", (double) engine.sizeBytes() / TIMERS);
        assertTrue(engine.sizeBytes() / TIMERS < MOST_BYTES_PER_TIMER);
    }

    @Test
    void shouldAllocateNothingInSteadyState() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        engine.openOwner(1);
        FiringHandler sink = this::count;
        for (int key = 0; key < 20_000; key++) {
            engine.execute(1, command.arm(key, 1, nowNs + 1_000_000L * key).periodNs(key % 2 * 700_000L), nowNs, 0,
                    reply);
        }
        cycle(sink, CYCLES);
        long allocated = Long.MAX_VALUE;
        // Up to three attempts, and a KiB, as deoptimization may be charged to the thread.
        for (int attempt = 0; attempt < 3 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            cycle(sink, CYCLES);
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("TimerEngineMemoryTest bytes per " + CYCLES + " cycles: " + allocated);
        assertTrue(allocated <= 1_024, "allocated=" + allocated);
    }

    @Test
    void shouldAllocateNothingWhenTimersWithSchedulesFire() {
        TimerEngine calendar = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 10, () -> OFFSET_NS);
        CalendarSchedule[] schedules = {CalendarSchedule.parse("* * * * * *", ZoneId.of("Europe/Berlin")),
            CalendarSchedule.parse("*/5 * * * * *", ZoneId.of("UTC")).without(20_820),
            CalendarSchedule.parse("30 2 * * *", ZoneId.of("Europe/Berlin")).withGap(GapPolicy.SHIFT)};
        for (int key = 0; key < 30; key++) {
            CalendarSchedule schedule = schedules[key % schedules.length];
            calendar.define(schedule);
            calendar.execute(0, command.calendar(key, 1, schedule).misfire(MisfirePolicy.of(key / 10), 5), 0, 0, reply);
            assertEquals(ReplyCode.ARMED, reply.code());
        }
        FiringHandler sink = this::count;
        long untilNs = 0;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 4 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                // A stall now and then, over the change to summer time too.
                untilNs += i % 100 == 0 ? 3_600_000_000_000L : 500_000_000;
                calendar.expire(untilNs, 1_000, sink);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(sequence > 100_000, "fired " + sequence);
        assertTrue(allocated <= 1_024, "allocated=" + allocated);
    }

    private void cycle(FiringHandler sink, int cycles) {
        for (int i = 0; i < cycles; i++) {
            nowNs += 50_000;
            int key = (int) (i * 7_919L % 20_000);
            engine.execute(1, command.arm(key, 1, nowNs + 1_000_000L * (i % 1_000)).periodNs(i % 2 * 700_000L),
                    nowNs, sequence, reply);
            engine.execute(1, command.reset(2 + i % 3, (key + i) % 20_000), nowNs, sequence, reply);
            engine.expire(nowNs, 64, sink);
            engine.doHousekeeping();
        }
    }

    private long count(SignalRecord firing) {
        return sequence++;
    }
}
