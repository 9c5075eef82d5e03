// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
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

/** What publishing would cost more if it did not check first whether anybody is parked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class WakeBenchmark {
    private static final int WORD_LENGTH = 64;

    private final FutexWord word = Platforms.current().futexWord(SharedRegion.allocate(WORD_LENGTH), 0);

    @Benchmark
    public int wakeNobody() {
        return word.wakeAll();
    }
}
