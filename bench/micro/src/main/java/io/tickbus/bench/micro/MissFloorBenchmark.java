// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a load from memory costs where nothing but the load is done: the floor below {@link WheelBenchmark}. The
 * memory is as large as that of the wheel for that many timers, and its cache lines are loaded in random order. In
 * {@code chase} each line says which is next, so that each miss waits for the one before; in {@code scattered} the next
 * is known, and misses overlap.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1, timeUnit = TimeUnit.SECONDS)
@Measurement(iterations = 5, time = 1, timeUnit = TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsAppend = {"-Xms6g", "-Xmx6g"})
@State(Scope.Thread)
public class MissFloorBenchmark {
    /** Loads per invocation. */
    public static final int BATCH = 1_024;
    private static final int BYTES_PER_TIMER = 32;
    private static final int LONGS_PER_LINE = 8;

    @Param({"10000", "1000000", "10000000"})
    public int pending;

    private long[] memory;
    private int next;

    /** One cycle through all lines: Sattolo's shuffle. */
    @Setup
    public void shuffle() {
        int lines = (int) ((long) pending * BYTES_PER_TIMER / (LONGS_PER_LINE * Long.BYTES));
        memory = new long[lines * LONGS_PER_LINE];
        SplittableRandom random = new SplittableRandom(21);
        for (int i = 0; i < lines; i++) {
            memory[i * LONGS_PER_LINE] = i;
        }
        for (int i = lines; --i > 0; ) {
            int j = random.nextInt(i) * LONGS_PER_LINE;
            long line = memory[i * LONGS_PER_LINE];
            memory[i * LONGS_PER_LINE] = memory[j];
            memory[j] = line;
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int chase() {
        int line = next;
        for (int i = 0; i < BATCH; i++) {
            line = (int) memory[line * LONGS_PER_LINE];
        }
        next = line;
        return line;
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long scattered() {
        int mask = Integer.highestOneBit(memory.length / LONGS_PER_LINE) - 1;
        int line = next;
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            line = line * 1_664_525 + 1_013_904_223;
            sum += memory[((line >>> 7) & mask) * LONGS_PER_LINE];
        }
        next = line;
        return sum;
    }
}
