// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.timer.FiringHandler;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.util.SplittableRandom;
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

/**
 * What a command and a firing cost the timer thread, by key, while others are pending whose deadlines lie anywhere in
 * the next 1,000 s. The firings go nowhere: no signal is published.
 *
 * <p>Under a fake clock, which moves only as far as the fired timers' deadlines.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class EngineBenchmark {
    private static final int OWNER = 1;
    private static final long START_NS = 1_000_000_000;
    private static final long SPAN_NS = TimeUnit.SECONDS.toNanos(1_000);
    /** Armings between that of a timer and its cancellation. */
    private static final long LIFE = 1_000;

    @Param({"10000", "1000000"})
    public int pending;

    private final SplittableRandom random = new SplittableRandom(1);
    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private long sequence;
    private final FiringHandler sink = firing -> ++sequence;
    private long nextKey;
    private long nowNs = START_NS;

    @Setup
    public void arm() {
        engine.openOwner(OWNER);
        for (int key = 0; key < pending; key++) {
            execute(command.arm(key, 1, START_NS + SPAN_NS / 100 + random.nextLong(SPAN_NS)));
        }
        nextKey = pending;
        for (int i = 0; i < LIFE; i++) {
            execute(command.arm(nextKey++, 1, nowNs + random.nextLong(SPAN_NS)));
        }
    }

    /** The pattern of timeouts: one is armed, and the one that was armed 1,000 armings ago is cancelled. */
    @Benchmark
    public ReplyCode armAndCancel() {
        execute(command.arm(nextKey, 1, nowNs + random.nextLong(SPAN_NS)));
        return execute(command.cancel(nextKey++ - LIFE));
    }

    /** Random order: any of the pending ones gets another deadline. */
    @Benchmark
    public ReplyCode rearm() {
        return execute(command.arm(random.nextInt(pending), 1, nowNs + SPAN_NS / 100 + random.nextLong(SPAN_NS)));
    }

    /** One is armed for now and fires. */
    @Benchmark
    public int armAndFire() {
        execute(command.arm(nextKey++, 1, ++nowNs));
        return engine.expire(nowNs, 1, sink);
    }

    private ReplyCode execute(TimerCommand any) {
        engine.execute(OWNER, any, nowNs, sequence, reply);
        return reply.code();
    }
}
