// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.netty.util.Timeout;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.DeadlineTimerWheel;
import org.agrona.concurrent.IdleStrategy;

/**
 * Timers of which none fires while they are measured, each under a number of the caller's. What a caller must remember
 * to cancel one is kept in arrays that were there before, and all share one task: neither is the timers' memory.
 *
 * <p><b>Threads:</b> one for each object; several objects may share what keeps the timers.
 */
interface PendingTimers extends AutoCloseable {
    void arm(int timer, long delayNs);

    void cancel(int timer);

    /**
     * Waits until all that was asked for is done, where another thread does it and can be waited for.
     *
     * @param idle what to do between two polls
     */
    default void awaitDone(IdleStrategy idle) {
        // Most do it in the call.
    }

    /** Bytes that the timers take by their own account; −1 where they have none. */
    default long ownBytes() {
        return -1;
    }

    /** How often something was full and the caller had to wait. */
    default long fulls() {
        return 0;
    }

    @Override
    default void close() {
        // Some have nothing to end.
    }

    /** What callers remember of their timers: an object of each, or a number. */
    final class Handles {
        private final Object[] objects;
        private final long[] numbers;

        Handles(int count) {
            objects = new Object[count];
            numbers = new long[count];
        }
    }

    /** What keeps the timers of a name, for one or several threads, each of which brings its handles. */
    static Function<Handles, PendingTimers> named(String name, Map<String, Object> settings) {
        return switch (name) {
            case "tickbus-engine" -> handles -> new Engine();
            case "tickbus", "tickbus-client" -> handles -> new Client(DaemonRole.bus(settings),
                    (int) JsonLines.number(settings, "trackedKeys"));
            case "stpe" -> {
                ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1);
                pool.setRemoveOnCancelPolicy(true);
                yield handles -> new Pool(pool, handles.objects);
            }
            case "java-util-timer" -> handles -> new JdkTimer(handles.objects);
            case "netty-1ms" -> {
                io.netty.util.Timer wheel = FiringTimers.NettyWheel.newTimer();
                yield handles -> new Netty(wheel, handles.objects);
            }
            case "agrona" -> handles -> new Agrona(handles.numbers);
            default -> throw new IllegalArgumentException("unknown timers: name=" + name);
        };
    }

    /** The engine of this project, in the caller's process; by keys, so that there is nothing to remember. */
    final class Engine implements PendingTimers {
        private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
        private final long originNs = System.nanoTime();

        @Override
        public void arm(int timer, long delayNs) {
            demand(engine.arm(timer, ArmedSchedule.SIGNAL_ID, originNs + delayNs), ReplyCode.ARMED);
        }

        @Override
        public void cancel(int timer) {
            demand(engine.cancel(timer), ReplyCode.CANCELLED);
        }

        private static void demand(ReplyCode code, ReplyCode wanted) {
            if (code != wanted) {
                throw new IllegalStateException("the engine refused: code=" + code);
            }
        }

        @Override
        public long ownBytes() {
            return engine.sizeBytes();
        }
    }

    /** The daemon of this project, through a client and shared memory. */
    final class Client implements PendingTimers {
        private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

        private final TimerClient client;
        private long fulls;

        Client(BusDirectory bus, int trackedKeys) {
            client = TimerClient.connect(bus,
                    ArmedSchedule.patient().withTrackedKeys(trackedKeys).withDiscardedReplies());
        }

        @Override
        public void arm(int timer, long delayNs) {
            while (client.armAfter(timer, ArmedSchedule.SIGNAL_ID, delayNs) < 0) {
                fulls++;
                Thread.onSpinWait();
            }
        }

        @Override
        public void cancel(int timer) {
            while (client.cancel(timer) < 0) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void awaitDone(IdleStrategy idle) {
            long giveUpNs = System.nanoTime() + TIMEOUT_NS;
            long left = client.unanswered();
            while (left > 0) {
                long now = client.unanswered();
                idle.idle((int) (left - now));
                if (now == left && System.nanoTime() > giveUpNs) {
                    throw new IllegalStateException("the daemon takes no commands: unanswered=" + left);
                }
                left = now;
            }
            if (client.rejected() > 0) {
                throw new IllegalStateException("the daemon refused commands: rejected=" + client.rejected());
            }
        }

        @Override
        public long fulls() {
            return fulls;
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /** The JDK's pool; cancelled timers leave it at once. */
    final class Pool implements PendingTimers {
        private final ScheduledThreadPoolExecutor pool;
        private final Object[] futures;

        Pool(ScheduledThreadPoolExecutor pool, Object[] futures) {
            this.pool = pool;
            this.futures = futures;
        }

        @Override
        public void arm(int timer, long delayNs) {
            futures[timer] = pool.schedule(Pool::doNothing, delayNs, TimeUnit.NANOSECONDS);
        }

        private static void doNothing() {
            // The same for all: it holds nothing, so it is created once.
        }

        @Override
        public void cancel(int timer) {
            ((Future<?>) futures[timer]).cancel(false);
        }

        @Override
        public void close() {
            pool.shutdownNow();
        }
    }

    /** The JDK's first timers: the task is the timer, and a cancelled one stays until its time has come. */
    final class JdkTimer implements PendingTimers {
        private final Timer timer = new Timer("util-timer", true);
        private final Object[] tasks;

        JdkTimer(Object[] tasks) {
            this.tasks = tasks;
        }

        @Override
        public void arm(int number, long delayNs) {
            TimerTask task = new Nothing();
            tasks[number] = task;
            timer.schedule(task, TimeUnit.NANOSECONDS.toMillis(delayNs));
        }

        @Override
        public void cancel(int number) {
            ((TimerTask) tasks[number]).cancel();
        }

        @Override
        public void close() {
            timer.cancel();
        }

        private static final class Nothing extends TimerTask {
            @Override
            public void run() {
                throw new IllegalStateException("an hour has passed");
            }
        }
    }

    /** Netty's wheel of 1 ms: the caller only queues, the wheel's thread does the work at its next tick. */
    final class Netty implements PendingTimers {
        private static final io.netty.util.TimerTask NOTHING = timeout -> { };

        private final io.netty.util.Timer wheel;
        private final Object[] timeouts;

        Netty(io.netty.util.Timer wheel, Object[] timeouts) {
            this.wheel = wheel;
            this.timeouts = timeouts;
        }

        @Override
        public void arm(int timer, long delayNs) {
            timeouts[timer] = wheel.newTimeout(NOTHING, delayNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(int timer) {
            ((Timeout) timeouts[timer]).cancel();
        }

        @Override
        public void close() {
            wheel.stop();
        }
    }

    /** Agrona's wheel alone, so large that it never grows; its user keeps what a number means elsewhere. */
    final class Agrona implements PendingTimers {
        private static final int TICKS = 1 << 13;
        private static final int TICK_NS = 1 << 20;
        private static final int FEWEST_PER_TICK = 8;

        private final DeadlineTimerWheel wheel;
        private final long originNs = System.nanoTime();
        private final long[] ids;

        Agrona(long[] ids) {
            this.ids = ids;
            int perTick = 2 * Integer.highestOneBit(Math.max(FEWEST_PER_TICK, 2 * (ids.length / TICKS)));
            wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, originNs, TICK_NS, TICKS, perTick);
        }

        @Override
        public void arm(int timer, long delayNs) {
            ids[timer] = wheel.scheduleTimer(originNs + delayNs);
        }

        @Override
        public void cancel(int timer) {
            wheel.cancelTimer(ids[timer]);
        }
    }
}
