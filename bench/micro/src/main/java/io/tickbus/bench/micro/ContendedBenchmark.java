// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A producer and a consumer at once, each on a thread of its own: what the other side's presence does to putting a
 * message in. The mean, and single operations sampled for the tail.
 *
 * <p>The producer pauses for about as long as a message takes to be taken out, so that a bounded queue is seldom full
 * and a consumer often polls an empty one: the contention is over the ends and not over the room. The pause is part
 * of each figure and the same for all; {@code pauseOnly} is what it takes alone. A sample carries JMH's two clock
 * reads, about 50 ns: read the samples for their tail.
 *
 * <p>Two threads spin here. Where that is throttled (see the README) the tail is the host's.
 */
@State(Scope.Group)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class ContendedBenchmark {
    private static final int PAUSE = 50;

    @Param({"tickbus", "tickbus-parking", "agrona-broadcast", "agrona-many-to-one", "concurrent-linked",
        "array-blocking", "synchronized-ring"})
    public String channel;
    private Channel messages;
    private long key;

    @Setup
    public void open() {
        messages = Channel.named(channel);
    }

    @TearDown
    public void close() {
        messages.close();
    }

    @Benchmark
    @Group("pair")
    public boolean enqueue() {
        Blackhole.consumeCPU(PAUSE);
        return messages.offer(key, key, 42, ++key);
    }

    @Benchmark
    @Group("pair")
    public long dequeue() {
        return messages.poll();
    }

    @Benchmark
    @Group("alone")
    public void pauseOnly() {
        Blackhole.consumeCPU(PAUSE);
    }
}
