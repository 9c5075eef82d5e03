package io.tickbus.bench.micro;

import io.tickbus.core.memory.SharedRegion;
import io.tickbus.core.platform.FutexWord;
import io.tickbus.core.platform.Platforms;
import io.tickbus.posix.ClockId;
import io.tickbus.posix.PosixClock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to ask the time, and to wake nobody. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class ClockBenchmark {
    private static final int WORD_LENGTH = 64;

    private final FutexWord word = Platforms.current().futexWord(SharedRegion.allocate(WORD_LENGTH), 0);

    /** The clock of the bus: CLOCK_MONOTONIC through the vDSO, without leaving Java. */
    @Benchmark
    public long nanoTime() {
        return System.nanoTime();
    }

    @Benchmark
    public long currentTimeMillis() {
        return System.currentTimeMillis();
    }

    /** Allocates, unless the compiler sees that nobody keeps it. */
    @Benchmark
    public Instant instantNow() {
        return Instant.now();
    }

    /** CLOCK_MONOTONIC through JNA and the vDSO. */
    @Benchmark
    public long posixMonotonic() {
        return PosixClock.now(ClockId.MONOTONIC);
    }

    /** What the call itself costs: this clock is one load. */
    @Benchmark
    public long posixMonotonicCoarse() {
        return PosixClock.now(ClockId.MONOTONIC_COARSE);
    }

    /** CLOCK_MONOTONIC through JNA by a system call, as where the clock source has no vDSO. */
    @Benchmark
    public long posixMonotonicBySyscall() {
        return PosixClock.nowBySyscall(ClockId.MONOTONIC);
    }

    /** What publishing would cost more if it did not look first whether anybody is parked. */
    @Benchmark
    public int wakeNobody() {
        return word.wakeAll();
    }
}
