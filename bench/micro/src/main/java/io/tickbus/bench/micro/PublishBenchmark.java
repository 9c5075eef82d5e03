// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a publisher pays for one signal. Nobody is parked and nobody reads, so these are the costs of the stores, and
 * with parking of the full fence and the check of the doorbell.
 *
 * <p>A ring of 4,096 slots is 256 KiB and stays in the second-level cache; one of 65,536 is 4 MiB and mostly does not.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class PublishBenchmark {
    @Param({"4096", "65536"})
    public int slotCount;
    @Param({"false", "true"})
    public boolean parking;

    private final SignalRecord signal = new SignalRecord().signalId(42).payload(7).occurrence(1, 0);
    private BenchBus bus;
    private SignalPublisher publisher;
    private long now;

    @Setup
    public void open() {
        bus = BenchBus.open(slotCount, parking);
        publisher = bus.publisher();
        now = System.nanoTime();
    }

    @TearDown
    public void close() {
        bus.close();
    }

    /** Everything but the clock. */
    @Benchmark
    public long publishAt() {
        long nowNs = ++now;
        return publisher.publish(42, nowNs, nowNs, nowNs);
    }

    /** With all fields, from a record that the caller keeps; without the clock. */
    @Benchmark
    public long publishRecord() {
        long nowNs = ++now;
        return publisher.publish(signal.publishedNs(nowNs).deadlineNs(nowNs).key(nowNs));
    }

    /** With the clock. */
    @Benchmark
    public long publish() {
        return publisher.publish(42, ++now);
    }
}
