// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import io.tickbus.timer.TimingWheel;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;

/**
 * Something that keeps timers, each in a slot that the caller numbers. Each trial makes one, so that its calls are
 * inlined as they would be in a program that has only that one.
 *
 * <p>Two of them have threads and clocks of their own: they are given an hour more, so that nothing fires.
 */
interface Timers extends AutoCloseable {
    void arm(int slot, long deadlineNs);

    void cancel(int slot);

    /** Fires a number of timers in its own order and returns a sum over them; only where the caller drives it. */
    default long expire(int count) {
        throw new UnsupportedOperationException("expiry is its own thread's");
    }

    /** What a duty cycle does in which nothing is due: says how late it is, and asks for the next deadline. */
    default void advance(long nowNs) {
        // It has no next deadline, or needs not be told.
    }

    @Override
    default void close() {
        // Nothing to give back.
    }

    static Timers named(String name, int slotCount, long nowNs) {
        return switch (name) {
            case "tickbus" -> new Tickbus(slotCount);
            case "agrona" -> new Agrona(slotCount, nowNs);
            case "heap" -> new Heap(slotCount);
            case "netty" -> new Netty(slotCount, nowNs);
            case "executor" -> new Executor(slotCount, nowNs);
            default -> throw new IllegalArgumentException("no such timers: timers=" + name);
        };
    }

    /** The wheel of this project: exact deadlines, in order. */
    final class Tickbus implements Timers {
        private final TimingWheel wheel;
        private final int[] timers;
        private final TimingWheel.ExpiryHandler handler = this::onExpiry;
        private long sum;

        Tickbus(int slotCount) {
            wheel = TimingWheel.create(slotCount);
            timers = new int[slotCount];
        }

        @Override
        public void arm(int slot, long deadlineNs) {
            timers[slot] = wheel.arm(deadlineNs);
        }

        @Override
        public void cancel(int slot) {
            wheel.cancel(timers[slot]);
        }

        @Override
        public long expire(int count) {
            wheel.expire(Long.MAX_VALUE, count, handler);
            return sum;
        }

        @Override
        public void advance(long nowNs) {
            if (wheel.nextDeadlineNs() > nowNs) {
                sum += wheel.expire(nowNs, 1, handler);
            }
        }

        private void onExpiry(int timer, long deadlineNs) {
            sum += deadlineNs;
        }
    }

    /** Agrona's wheel: a tick of 2^20 ns (about 1 ms), in no order within a tick; sized so that it never grows. */
    final class Agrona implements Timers, DeadlineTimerWheel.TimerHandler {
        private static final int TICKS = 1 << 13;
        private static final int TICK_NS = 1 << 20;

        private final DeadlineTimerWheel wheel;
        private final long[] timers;
        private long sum;

        Agrona(int slotCount, long nowNs) {
            int perTick = Integer.highestOneBit(Math.max(8, 2 * (slotCount / TICKS))) * 2;
            wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, nowNs, TICK_NS, TICKS, perTick);
            timers = new long[slotCount];
        }

        @Override
        public void arm(int slot, long deadlineNs) {
            timers[slot] = wheel.scheduleTimer(deadlineNs);
        }

        @Override
        public void cancel(int slot) {
            wheel.cancelTimer(timers[slot]);
        }

        @Override
        public long expire(int count) {
            for (int left = count; left > 0; ) {
                left -= wheel.poll(Long.MAX_VALUE >> 1, this, left);
            }
            return sum;
        }

        @Override
        public boolean onTimerExpiry(TimeUnit unit, long now, long timer) {
            sum += timer;
            return true;
        }
    }

    /** A binary heap: exact and in order, except for equal deadlines. */
    final class Heap implements Timers {
        private final IndexedHeap heap;

        Heap(int slotCount) {
            heap = new IndexedHeap(slotCount);
        }

        @Override
        public void arm(int slot, long deadlineNs) {
            heap.add(slot, deadlineNs);
        }

        @Override
        public void cancel(int slot) {
            heap.remove(slot);
        }

        @Override
        public long expire(int count) {
            long sum = 0;
            for (int i = 0; i < count; i++) {
                sum += heap.poll();
            }
            return sum;
        }
    }

    /** Netty's wheel with a tick of 1 ms. The caller only queues; the work is done by the wheel's thread beside it. */
    final class Netty implements Timers, TimerTask {
        private final HashedWheelTimer wheel = new HashedWheelTimer(Executors.defaultThreadFactory(), 1,
                TimeUnit.MILLISECONDS, 1 << 13, false);
        private final Timeout[] timers;
        private final long startNs;

        Netty(int slotCount, long nowNs) {
            timers = new Timeout[slotCount];
            startNs = nowNs - TimeUnit.HOURS.toNanos(1);
        }

        @Override
        public void arm(int slot, long deadlineNs) {
            timers[slot] = wheel.newTimeout(this, deadlineNs - startNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(int slot) {
            timers[slot].cancel();
        }

        @Override
        public void run(Timeout timeout) {
            throw new IllegalStateException("an hour has passed");
        }

        @Override
        public void close() {
            wheel.stop();
        }
    }

    /** The JDK's executor, whose queue is a heap behind a lock; cancelled timers leave it at once. */
    final class Executor implements Timers {
        private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
        private final Future<?>[] timers;
        private final long startNs;

        Executor(int slotCount, long nowNs) {
            executor.setRemoveOnCancelPolicy(true);
            timers = new Future<?>[slotCount];
            startNs = nowNs - TimeUnit.HOURS.toNanos(1);
        }

        @Override
        public void arm(int slot, long deadlineNs) {
            timers[slot] = executor.schedule(Executor::fail, deadlineNs - startNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(int slot) {
            timers[slot].cancel(false);
        }

        private static void fail() {
            throw new IllegalStateException("an hour has passed");
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
