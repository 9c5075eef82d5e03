// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The bus beside queues with a lock and without, one thread: what it costs to put a message in, and to take it out
 * again. Nobody contends, so a lock shows its best side; {@link ContendedBenchmark} shows the other.
 *
 * <p>Messages are put in {@value #BATCH} at a time and taken out before the next invocation, outside of the time taken,
 * since a queue that is full would measure how fast it refuses.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class EnqueueBenchmark {
    /** Messages per invocation. */
    public static final int BATCH = 4096;

    /** The channel of the trial. */
    @State(Scope.Thread)
    public static class Open {
        @Param({"tickbus", "tickbus-parking", "agrona-broadcast", "agrona-many-to-one", "concurrent-linked",
            "array-blocking", "synchronized-ring"})
        public String channel;
        Channel messages;

        @Setup
        public void open() {
            messages = Channel.named(channel);
        }

        @TearDown
        public void close() {
            messages.close();
        }
    }

    /** The same, empty at the start of each invocation. */
    @State(Scope.Thread)
    public static class Drained extends Open {
        @Setup(Level.Invocation)
        public void drain() {
            while (messages.poll() != Channel.EMPTY) {
                // Outside of the time taken.
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void enqueue(Drained open) {
        for (int i = 0; i < BATCH; i++) {
            if (!open.messages.offer(i, i, 42, i)) {
                throw new IllegalStateException("full");
            }
        }
    }

    @Benchmark
    public long enqueueThenDequeue(Open open) {
        open.messages.offer(1, 2, 42, 3);
        return open.messages.poll();
    }
}
