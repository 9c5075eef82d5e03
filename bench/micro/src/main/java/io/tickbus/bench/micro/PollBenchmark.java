// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
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
 * What a subscriber pays for one empty poll and for one signal.
 *
 * <p>A signal can be polled once, so something must publish it, and that must not be measured. Here it is published
 * before each invocation, outside of the time taken, {@value #BATCH} at once; the invocation polls them all and is
 * divided by their number. JMH's own clock reads around an invocation, some 50 ns, then come to 0.01 ns per signal. The
 * thread is the same, so the slots are in its own cache: this is the cost of the instructions. What it costs to fetch
 * the line from another processor is latency, and is measured as such.
 *
 * <p>{@code publishThenPoll} does both in turn, all of it measured: it should come to the sum of the two.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class PollBenchmark {
    /** Signals per invocation of the filled polls. */
    public static final int BATCH = 4096;

    /** A bus with one subscriber that has read everything. */
    @State(Scope.Thread)
    public static class Joined {
        SignalPublisher publisher;
        SignalSubscriber subscriber;
        SignalHandler handler;
        long sum;
        private BenchBus bus;

        @Setup
        public void open() {
            bus = BenchBus.open(1 << 16, true);
            publisher = bus.publisher();
            subscriber = bus.attach();
            handler = this::take;
        }

        private void take(SignalRecord signal) {
            sum += signal.key() + signal.deadlineNs();
        }

        @TearDown
        public void close() {
            long lost = subscriber.lost();
            bus.close();
            if (lost != 0) {
                throw new IllegalStateException("a benchmark that loses signals measures something else: lost=" + lost);
            }
        }
    }

    /** The same, with a batch waiting. */
    @State(Scope.Thread)
    public static class Filled extends Joined {
        @Setup(Level.Invocation)
        public void fill() {
            for (int i = 0; i < BATCH; i++) {
                publisher.publish(42, i, i, i);
            }
        }
    }

    /** How many a poll may hand over. */
    @State(Scope.Thread)
    public static class Limit {
        @Param({"1", "16", "4096"})
        public int limit;
    }

    /** Nothing is there. */
    @Benchmark
    public int emptyPoll(Joined bus) {
        return bus.subscriber.poll(bus.handler, 1);
    }

    /** Per signal, handed over in batches of up to {@code limit}. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long filledPoll(Filled bus, Limit limit) {
        for (int left = BATCH; left > 0; ) {
            left -= bus.subscriber.poll(bus.handler, limit.limit);
        }
        return bus.sum;
    }

    /** One signal all the way. */
    @Benchmark
    public long publishThenPoll(Joined bus) {
        bus.publisher.publish(42, 3, 2, 1);
        bus.subscriber.poll(bus.handler, 1);
        return bus.sum;
    }
}
