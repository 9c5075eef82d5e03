// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.tickbus.bench.latency.timers.FiringTimers.Task;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The timers of a library, in this JVM, used as everybody does. */
interface TimerLibrary extends AutoCloseable {
    /** Runs a task once. Returns what cancels it. */
    Object arm(Runnable task, long delayNs);

    void cancel(Object timer);

    /** Runs a task after the delay and then periodically; where there are no periods, it arms itself again. */
    default void repeat(Task task, long delayNs, long periodNs, RateMode rateMode) {
        arm(() -> {
            task.run();
            repeat(task, task.nextDelayNs(rateMode), periodNs, rateMode);
        }, delayNs);
    }

    /** Ends. When this returns nothing runs any more. */
    @Override
    void close();

    /** The library of a name. */
    static TimerLibrary named(String name) {
        return switch (name) {
            case "stpe" -> new Pool();
            case "java-util-timer" -> new UtilTimer();
            case "netty-1ms" -> new NettyWheel();
            default -> throw new IllegalArgumentException("unknown timers: name=" + name);
        };
    }

    /** The JDK's ScheduledThreadPoolExecutor with one thread; cancelled timers leave it at once. */
    final class Pool implements TimerLibrary {
        private final ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1);

        Pool() {
            pool.setRemoveOnCancelPolicy(true);
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // what a task throws shows in the log as lost
        public Object arm(Runnable task, long delayNs) {
            return pool.schedule(task, delayNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void repeat(Task task, long delayNs, long periodNs, RateMode rateMode) {
            // What a task throws is the future's to keep: nobody asks, and the log then shows it as lost.
            Future<?> unused = rateMode == RateMode.FIXED_DELAY
                    ? pool.scheduleWithFixedDelay(task, delayNs, periodNs, TimeUnit.NANOSECONDS)
                    : pool.scheduleAtFixedRate(task, delayNs, periodNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(Object timer) {
            ((Future<?>) timer).cancel(false);
        }

        @Override
        public void close() {
            pool.shutdownNow();
            try {
                if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
                    throw new IllegalStateException("the pool does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The JDK's first timers: their times are whole milliseconds, and a cancelled one stays until it is due. */
    final class UtilTimer implements TimerLibrary {
        private final java.util.Timer timer = new java.util.Timer("util-timer", true);

        private static final class Work extends java.util.TimerTask {
            private final Runnable task;

            Work(Runnable task) {
                this.task = task;
            }

            @Override
            public void run() {
                task.run();
            }
        }

        /** Upwards, as everybody does; still up to a millisecond early, since its clock has only whole ones. */
        private static long millis(long delayNs) {
            return Math.max(0, TimeUnit.NANOSECONDS.toMillis(delayNs) + 1);
        }

        @Override
        public Object arm(Runnable task, long delayNs) {
            Work work = new Work(task);
            timer.schedule(work, millis(delayNs));
            return work;
        }

        @Override
        public void repeat(Task task, long delayNs, long periodNs, RateMode rateMode) {
            long periodMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(periodNs));
            if (rateMode == RateMode.FIXED_DELAY) {
                timer.schedule(new Work(task), millis(delayNs), periodMs);
            } else {
                timer.scheduleAtFixedRate(new Work(task), millis(delayNs), periodMs);
            }
        }

        @Override
        public void cancel(Object work) {
            ((Work) work).cancel();
        }

        @Override
        public void close() {
            CountDownLatch isOver = new CountDownLatch(1);
            timer.schedule(new Work(() -> {
                // From within a task: no other runs after it.
                timer.cancel();
                isOver.countDown();
            }), 0);
            try {
                isOver.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Netty's HashedWheelTimer of 1 ms: the caller only queues, the wheel's thread does the work at its next tick. */
    final class NettyWheel implements TimerLibrary {
        private static final int WHEEL_SIZE = 512;

        private final io.netty.util.Timer wheel = new HashedWheelTimer(task -> new Thread(task, "netty-wheel"), 1,
                TimeUnit.MILLISECONDS, WHEEL_SIZE, false);

        /** The latest: those that do the same share it, so that it is no part of what a timer takes. */
        private Expiry latest = new Expiry(null);

        private record Expiry(Runnable task) implements io.netty.util.TimerTask {
            @Override
            public void run(Timeout timeout) {
                task.run();
            }
        }

        @Override
        public Object arm(Runnable task, long delayNs) {
            Expiry work = latest;
            if (work.task() != task) {
                work = new Expiry(task);
                latest = work;
            }
            return wheel.newTimeout(work, delayNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(Object timer) {
            ((Timeout) timer).cancel();
        }

        @Override
        public void close() {
            wheel.stop();
        }
    }
}
