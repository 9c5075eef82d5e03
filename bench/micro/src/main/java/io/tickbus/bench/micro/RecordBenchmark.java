// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.DurationHistogram;
import io.tickbus.core.internal.file.HistogramDefinition;
import io.tickbus.core.internal.file.HistogramKind;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonCounters;
import java.util.List;
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
 * What the daemon pays to count: one counter, one value of a histogram, and the lateness of one firing, which goes into
 * two histograms, that of the mode and that of the signal.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
@State(Scope.Thread)
public class RecordBenchmark {
    private static final int BATCH = 1024;
    private static final int MASK = BATCH - 1;

    /** How many signal ids fire in turn; beyond 32 they share a histogram. */
    @Param({"1", "8", "64"})
    public int signals;

    private final DaemonCounters counters = DaemonCounters.inMemory();
    private final DurationHistogram histogram = CountersFile.inMemory(new CountersFile.Contents(
            List.of(DaemonCounter.FIRINGS.definition()),
            List.of(new HistogramDefinition(HistogramKind.DUTY_CYCLE, 0, "values")), 2)).histograms().get(0);
    private final long[] latenessNs = new long[BATCH];
    private final int[] ids = new int[BATCH];

    @Setup
    public void prepare() {
        for (int i = 0; i < BATCH; i++) {
            // 2 to 9 us, in no order.
            latenessNs[i] = 2_000 + (i * 7_919L) % 7_000;
            ids[i] = i % signals * 1_000_003;
        }
    }

    /** Values of a firing: two for each, so that a recorded value takes half of it. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void lateness() {
        for (int i = 0; i < BATCH; i++) {
            counters.recordLateness(ids[i & MASK], latenessNs[i & MASK]);
        }
    }

    /** One value in one histogram. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void value() {
        for (int i = 0; i < BATCH; i++) {
            histogram.record(latenessNs[i & MASK]);
        }
    }

    /** One counter. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void counter() {
        for (int i = 0; i < BATCH; i++) {
            counters.add(DaemonCounter.FIRINGS, latenessNs[i & MASK]);
        }
    }
}
