// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.Comparator;
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
        String base = name.substring(0, name.length() - rateMode.suffix().length());
        return switch (base) {
            case "agrona-200us" -> new PollingThread(new PolledTimers.AgronaWheel(), 200_000, rateMode);
            case "naive-map-1ms" -> new PollingThread(new PolledTimers.NaiveMap(), 1_000_000, rateMode);
            case "naive-array-1ms" -> new PollingThread(new PolledTimers.NaiveArray(), 1_000_000, rateMode);
            case "naive-array-25ms" -> new PollingThread(new PolledTimers.NaiveArray(), 25_000_000, rateMode);
            case "clock-only" -> new ClockOnly();
            case "two-level-wheel-1ms" -> new PollingThread(new PolledTimers.TwoLevelWheel(), 1_000_000, rateMode);
            default -> new OfLibrary(TimerLibrary.named(base), rateMode);
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
    }

    /** The timers of a library. */
    final class OfLibrary implements FiringTimers {
        private final TimerLibrary library;
        private final RateMode rateMode;

        OfLibrary(TimerLibrary library, RateMode rateMode) {
            this.library = library;
            this.rateMode = rateMode;
        }

        @Override
        public void start(FiringLog log) {
            Schedule schedule = log.schedule();
            for (int timer = 0; timer < schedule.size(); timer++) {
                Task task = new Task(log, timer);
                long delayNs = schedule.firstNs(timer) - System.nanoTime();
                if (schedule.periodNs(timer) == 0) {
                    library.arm(task, delayNs);
                } else {
                    library.repeat(task, delayNs, schedule.periodNs(timer), rateMode);
                }
            }
        }

        @Override
        public void close() {
            library.close();
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
