// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import java.util.SplittableRandom;
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
 * Arming, cancelling and firing one timer among many, beside other keepers of timers.
 *
 * <p>Pattern {@code timeout}: each deadline is 30 s after its arming, and the oldest is cancelled; the pending ones
 * stand for 15 s of arming, by which time moves. Pattern {@code random}: any of the pending, chosen uniformly, and
 * deadlines uniform within 60 s; time stands still, but where timers fire.
 *
 * <p>Operations come {@value #BATCH} at a time. Which timers and which deadlines is drawn outside of the time taken,
 * and so is what brings the number of pending timers back.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1, timeUnit = TimeUnit.SECONDS)
@Measurement(iterations = 5, time = 1, timeUnit = TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsAppend = {"-Xms6g", "-Xmx6g"})
public class WheelBenchmark {
    /** Operations per invocation. */
    public static final int BATCH = 1_024;

    /** Timers, as many pending as asked for. */
    @State(Scope.Thread)
    public abstract static class Filled {
        private static final long TIMEOUT_NS = 30_000_000_000L;
        private static final long ARMING_NS = 15_000_000_000L;
        private static final long RANGE_NS = 60_000_000_000L;

        @Param({"10000", "1000000", "10000000"})
        public int pending;
        @Param({"timeout", "random"})
        public String pattern;

        Timers timers;
        final int[] slots = new int[BATCH];
        final long[] deadlinesNs = new long[BATCH];
        private final SplittableRandom random = new SplittableRandom(20);
        private boolean isRandom;
        private boolean[] isDrawn;
        private long nowNs = 1_000_000_000_000L;
        private long armingNs;
        private int oldest;

        void fill(String name, boolean isFiring) {
            timers = Timers.named(name, pending, nowNs);
            isRandom = pattern.equals("random");
            armingNs = !isRandom ? ARMING_NS / pending : isFiring ? RANGE_NS / 2 / pending : 0;
            isDrawn = new boolean[pending];
            for (int slot = 0; slot < pending; slot++) {
                timers.arm(slot, nextDeadlineNs());
            }
        }

        /** Chooses which timers come next, and their new deadlines. */
        void draw() {
            timers.advance(nowNs);
            for (int i = 0; i < BATCH; i++) {
                slots[i] = nextSlot();
                isDrawn[slots[i]] = true;
                deadlinesNs[i] = nextDeadlineNs();
            }
            for (int slot : slots) {
                isDrawn[slot] = false;
            }
        }

        private int nextSlot() {
            if (isRandom) {
                int slot = random.nextInt(pending);
                while (isDrawn[slot]) {
                    slot = random.nextInt(pending);
                }
                return slot;
            }
            int slot = oldest;
            oldest = slot + 1 == pending ? 0 : slot + 1;
            return slot;
        }

        private long nextDeadlineNs() {
            nowNs += armingNs;
            return nowNs + (isRandom ? random.nextLong(RANGE_NS) : TIMEOUT_NS);
        }

        void arm() {
            for (int i = 0; i < BATCH; i++) {
                timers.arm(slots[i], deadlinesNs[i]);
            }
        }

        void cancel() {
            for (int i = 0; i < BATCH; i++) {
                timers.cancel(slots[i]);
            }
        }

        @TearDown
        public void close() {
            timers.close();
        }
    }

    /** Any keeper of timers. */
    public abstract static class Kept extends Filled {
        @Param({"tickbus", "agrona", "heap", "netty", "executor"})
        public String keeper;

        @Setup
        public void fill() {
            fill(keeper, false);
        }
    }

    /** A batch is chosen. */
    public static class Drawn extends Kept {
        @Setup(Level.Invocation)
        public void prepare() {
            draw();
        }
    }

    /** A batch is cancelled. */
    public static class Missing extends Kept {
        @Setup(Level.Invocation)
        public void prepare() {
            draw();
            cancel();
        }
    }

    /** A batch is chosen, and the last is armed again. */
    public static class Complete extends Kept {
        @Setup(Level.Invocation)
        public void prepare() {
            draw();
        }

        @TearDown(Level.Invocation)
        public void restore() {
            arm();
        }
    }

    /** As many are pending as before the last batch fired. */
    public static class Driven extends Filled {
        @Param({"tickbus", "agrona", "heap"})
        public String driven;

        @Setup
        public void fill() {
            fill(driven, true);
        }

        @Setup(Level.Invocation)
        public void prepare() {
            draw();
        }

        @TearDown(Level.Invocation)
        public void restore() {
            arm();
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void arm(Missing missing) {
        missing.arm();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void cancel(Complete complete) {
        complete.cancel();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void cancelAndArm(Drawn drawn) {
        for (int i = 0; i < BATCH; i++) {
            drawn.timers.cancel(drawn.slots[i]);
            drawn.timers.arm(drawn.slots[i], drawn.deadlinesNs[i]);
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long expire(Driven driven) {
        return driven.timers.expire(BATCH);
    }
}
