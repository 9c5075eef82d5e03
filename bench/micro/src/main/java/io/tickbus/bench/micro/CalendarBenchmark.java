// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.calendar.CalendarSchedule;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The next instant of an expression, from the one before: what a firing of a calendar timer costs beside the rest. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1, timeUnit = TimeUnit.SECONDS)
@Measurement(iterations = 3, time = 1, timeUnit = TimeUnit.SECONDS)
@Fork(1)
@State(Scope.Thread)
public class CalendarBenchmark {
    private static final long START = 1_767_225_600;
    private static final long END = START + TimeUnit.DAYS.toSeconds(20 * 365);

    @Param({"* * * * * *", "*/15 * * * *", "30 2 * * *", "0 9 LW * ?", "0 0 29 2 *"})
    public String expression;

    @Param({"UTC", "Europe/Berlin"})
    public String zone;

    private CalendarSchedule schedule;
    private long time = START;

    /** Reads the expression. */
    @Setup
    public void parse() {
        schedule = CalendarSchedule.parse(expression, ZoneId.of(zone));
    }

    /** Goes through twenty years again and again. */
    @Benchmark
    public long next() {
        time = time < END ? schedule.next(time) : START;
        return time;
    }
}
