// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** One way to have timers inside a JVM: keeps those of one schedule and reports each firing to its log. */
interface FiringTimers extends AutoCloseable {
    /** Arms every timer of the log's schedule, before the first is due, and begins to fire. */
    void start(FiringLog log);

    /** Ends. When this returns nothing is reported any more. */
    @Override
    void close();

    /** The timers of a name, which may end with a rate mode's suffix. */
    static FiringTimers named(String name) {
        RateMode rateMode = RateMode.of(name);
        return switch (name.substring(0, name.length() - rateMode.suffix().length())) {
            case "stpe" -> new ScheduledPool(rateMode);
            case "java-util-timer" -> new UtilTimer(rateMode);
            case "netty-1ms" -> new NettyWheel(rateMode);
            case "agrona-200us" -> new PollingThread(new PolledTimers.AgronaWheel(), 200_000, rateMode);
            case "naive-map-1ms" -> new PollingThread(new PolledTimers.NaiveMap(), 1_000_000, rateMode);
            case "naive-array-1ms" -> new PollingThread(new PolledTimers.NaiveArray(), 1_000_000, rateMode);
            case "naive-array-25ms" -> new PollingThread(new PolledTimers.NaiveArray(), 25_000_000, rateMode);
            case "clock-only" -> new ClockOnly();
            case "two-level-wheel-1ms" -> new PollingThread(new PolledTimers.TwoLevelWheel(), 1_000_000, rateMode);
            default -> throw new IllegalArgumentException("unknown timers: name=" + name);
        };
    }

    /** What a timer of a peer does when it is due: tells the log which occurrence this is. */
    final class Task implements Runnable {
        private final FiringLog log;
        private final int timer;
        private int occurrence;

        Task(FiringLog log, int timer) {
            this.log = log;
            this.timer = timer;
        }

        @Override
        public void run() {
            log.fired(timer, occurrence++, 0, System.nanoTime());
        }

        /** How long until it is due next; only of a periodic one. */
        long nextDelayNs(RateMode rateMode) {
            return rateMode == RateMode.FIXED_DELAY ? log.schedule().periodNs(timer)
                    : log.schedule().deadlineNs(timer, occurrence) - System.nanoTime();
        }

        boolean isPeriodic() {
            return log.schedule().periodNs(timer) > 0;
        }
    }

    /** The JDK's ScheduledThreadPoolExecutor with one thread, used as everybody does. */
    final class ScheduledPool implements FiringTimers {
        private final ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1);
        private final RateMode rateMode;

        ScheduledPool(RateMode rateMode) {
            this.rateMode = rateMode;
        }

        @Override
        public void start(FiringLog log) {
            Schedule schedule = log.schedule();
            for (int timer = 0; timer < schedule.size(); timer++) {
                Runnable task = new Task(log, timer);
                long delayNs = schedule.firstNs(timer) - System.nanoTime();
                // What a task throws is the future's to keep: nobody asks, and the log then shows it as lost.
                Future<?> unused = schedule.periodNs(timer) == 0 ? pool.schedule(task, delayNs, TimeUnit.NANOSECONDS)
                        : repeat(task, delayNs, schedule.periodNs(timer));
            }
        }

        private Future<?> repeat(Runnable task, long delayNs, long periodNs) {
            return rateMode == RateMode.FIXED_DELAY
                    ? pool.scheduleWithFixedDelay(task, delayNs, periodNs, TimeUnit.NANOSECONDS)
                    : pool.scheduleAtFixedRate(task, delayNs, periodNs, TimeUnit.NANOSECONDS);
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

    /** The JDK's first timers, whose times are whole milliseconds. */
    final class UtilTimer implements FiringTimers {
        private final java.util.Timer timer = new java.util.Timer("util-timer", true);
        private final RateMode rateMode;

        UtilTimer(RateMode rateMode) {
            this.rateMode = rateMode;
        }

        @Override
        public void start(FiringLog log) {
            Schedule schedule = log.schedule();
            for (int i = 0; i < schedule.size(); i++) {
                java.util.TimerTask task = task(new Task(log, i));
                // Upwards, as everybody does; still up to a millisecond early, since its clock has only whole ones.
                long delayMs = Math.max(0, millis(schedule.firstNs(i) - System.nanoTime()) + 1);
                if (schedule.periodNs(i) == 0) {
                    timer.schedule(task, delayMs);
                } else {
                    repeat(task, delayMs, Math.max(1, millis(schedule.periodNs(i))));
                }
            }
        }

        private void repeat(java.util.TimerTask task, long delayMs, long periodMs) {
            if (rateMode == RateMode.FIXED_DELAY) {
                timer.schedule(task, delayMs, periodMs);
            } else {
                timer.scheduleAtFixedRate(task, delayMs, periodMs);
            }
        }

        private static long millis(long ns) {
            return TimeUnit.NANOSECONDS.toMillis(ns);
        }

        @Override
        public void close() {
            CountDownLatch isOver = new CountDownLatch(1);
            timer.schedule(task(() -> {
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

        private static java.util.TimerTask task(Runnable work) {
            return new java.util.TimerTask() {
                @Override
                public void run() {
                    work.run();
                }
            };
        }
    }

    /** Netty's HashedWheelTimer with a tick of 1 ms; a periodic timer arms itself again when it fires. */
    final class NettyWheel implements FiringTimers {
        private static final int WHEEL_SIZE = 512;

        private final Timer timers = newTimer();
        private final RateMode rateMode;

        NettyWheel(RateMode rateMode) {
            this.rateMode = rateMode;
        }

        /** A wheel of 1 ms; its thread begins with the first timer. */
        static Timer newTimer() {
            return new HashedWheelTimer(task -> new Thread(task, "netty-wheel"), 1, TimeUnit.MILLISECONDS, WHEEL_SIZE,
                    false);
        }

        @Override
        public void start(FiringLog log) {
            Schedule schedule = log.schedule();
            for (int timer = 0; timer < schedule.size(); timer++) {
                timers.newTimeout(task(new Task(log, timer)), schedule.firstNs(timer) - System.nanoTime(),
                        TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void close() {
            timers.stop();
        }

        private TimerTask task(Task firing) {
            return new TimerTask() {
                @Override
                public void run(Timeout timeout) {
                    firing.run();
                    if (firing.isPeriodic()) {
                        timeout.timer().newTimeout(this, firing.nextDelayNs(rateMode), TimeUnit.NANOSECONDS);
                    }
                }
            };
        }
    }

    /** A thread that asks polled timers at each tick and parks between two. */
    final class PollingThread implements FiringTimers {
        private final PolledTimers timers;
        private final long tickNs;
        private final RateMode rateMode;
        private final Thread thread = new Thread(this::run, "polling");
        private final IntConsumer fire = this::fire;
        private FiringLog log;
        private int[] occurrence;
        private long originNs;
        private volatile boolean isStopped;

        PollingThread(PolledTimers timers, long tickNs, RateMode rateMode) {
            this.rateMode = rateMode;
            this.timers = timers;
            this.tickNs = tickNs;
        }

        @Override
        public void start(FiringLog newLog) {
            log = newLog;
            Schedule schedule = log.schedule();
            occurrence = new int[schedule.size()];
            originNs = System.nanoTime();
            timers.open(schedule.size(), originNs);
            for (int timer = 0; timer < schedule.size(); timer++) {
                timers.arm(timer, schedule.firstNs(timer));
            }
            thread.start();
        }

        private void run() {
            long nextTickNs = originNs;
            while (!isStopped) {
                long nowNs = System.nanoTime();
                if (nowNs < nextTickNs) {
                    LockSupport.parkNanos(nextTickNs - nowNs);
                } else {
                    timers.poll(nowNs, fire);
                    // Ticks that a long poll has used up are left out.
                    nextTickNs += tickNs * (1 + (nowNs - nextTickNs) / tickNs);
                }
            }
        }

        private void fire(int timer) {
            log.fired(timer, occurrence[timer]++, 0, System.nanoTime());
            long periodNs = log.schedule().periodNs(timer);
            if (periodNs > 0) {
                timers.arm(timer, rateMode == RateMode.FIXED_DELAY ? System.nanoTime() + periodNs
                        : log.schedule().deadlineNs(timer, occurrence[timer]));
            }
        }

        @Override
        public void close() {
            isStopped = true;
            LockSupport.unpark(thread);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * No timers at all: a thread that only reads the clock, and reports each deadline as soon as it has passed.
     * What it is late by is the host's doing, and the floor for any timer that runs there.
     */
    final class ClockOnly implements FiringTimers {
        private final Thread thread = new Thread(this::run, "clock-only");
        private FiringLog log;
        private volatile boolean isStopped;

        @Override
        public void start(FiringLog newLog) {
            log = newLog;
            thread.start();
        }

        /** All periods are alike, so that the order of the first deadlines is that of all others too. */
        private void run() {
            Schedule schedule = log.schedule();
            int[] order = IntStream.range(0, schedule.size()).boxed()
                    .sorted(Comparator.comparingLong(schedule::firstNs)).mapToInt(Integer::intValue).toArray();
            for (int occurrence = 0; !isStopped; occurrence++) {
                for (int timer : order) {
                    long deadlineNs = schedule.deadlineNs(timer, occurrence);
                    long nowNs = System.nanoTime();
                    while (nowNs < deadlineNs && !isStopped) {
                        Thread.onSpinWait();
                        nowNs = System.nanoTime();
                    }
                    if (isStopped) {
                        return;
                    }
                    log.fired(timer, occurrence, 0, nowNs);
                }
            }
        }

        @Override
        public void close() {
            isStopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
