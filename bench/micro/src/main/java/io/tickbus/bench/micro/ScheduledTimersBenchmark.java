// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A million timers with schedules: what arming them all costs, as many milliseconds as each takes nanoseconds; how much
 * memory they take, which is printed; and the first duty cycle after a step of CLOCK_REALTIME by an hour.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 8)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Thread)
public class ScheduledTimersBenchmark {
    private static final int TIMERS = 1_000_000;
    private static final int FIRE_LIMIT = 256;
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);

    /** How many different schedules they have. */
    @Param({"1", "1440", "86400"})
    public int schedules;

    private final TimerCommand command = new TimerCommand();
    private CalendarSchedule[] all;
    private TimerEngine engine;
    private long offsetNs;
    private long stepNs = HOUR_NS;
    private long nowNs;

    /** Times of the day, each second one where there are as many. */
    @Setup(Level.Trial)
    public void parse() {
        all = new CalendarSchedule[schedules];
        int distance = (int) TimeUnit.DAYS.toSeconds(1) / schedules;
        for (int i = 0; i < schedules; i++) {
            int second = i * distance;
            all[i] = CalendarSchedule.parse(second % 60 + " " + second / 60 % 60 + " " + second / 3600 + " * * *",
                    ZoneId.of("Europe/Berlin"));
        }
    }

    /** For each shot of {@link #arm} an engine without timers; for {@link #step} one with all of them. */
    @Setup(Level.Iteration)
    public void begin() {
        offsetNs = CalendarOffset.measureNs();
        nowNs = System.nanoTime();
        engine = TimerEngine.create(new TimerQuotas(TIMERS, TIMERS), 1 << 16, () -> offsetNs);
    }

    /** Prints the memory. */
    @TearDown(Level.Iteration)
    public void printMemory() {
        System.out.print("bytes/timer=" + engine.sizeBytes() / Math.max(1, engine.pending()) + " ");
    }

    /** Arms a million. */
    @Benchmark
    public int arm() {
        for (int key = 0; key < TIMERS; key++) {
            if (engine.execute(command.calendar(key, 1, all[key % schedules])) != ReplyCode.ARMED) {
                throw new IllegalStateException("not armed: key=" + key);
            }
        }
        return engine.pending();
    }

    /** An engine whose timers are armed before the shot. */
    @State(Scope.Thread)
    public static class Armed {
        /** Arms them. */
        @Setup(Level.Iteration)
        public void arm(ScheduledTimersBenchmark benchmark) {
            benchmark.arm();
            benchmark.nowNs += TimeUnit.SECONDS.toNanos(1);
            benchmark.stepNs = -benchmark.stepNs;
            benchmark.offsetNs += benchmark.stepNs;
        }
    }

    /** The duty cycle that finds the clock set forwards or back by an hour. */
    @Benchmark
    public long step(Armed armed) {
        engine.pollCalendar(nowNs);
        int fired = engine.expire(nowNs, FIRE_LIMIT, firing -> 1);
        return engine.nextDeadlineNs() + fired;
    }
}
