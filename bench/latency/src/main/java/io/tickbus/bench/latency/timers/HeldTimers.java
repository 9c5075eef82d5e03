package io.tickbus.bench.latency.timers;

import io.netty.util.Timeout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.publisher.timer.TimerEngine;
import io.tickbus.publisher.timer.TimerQuotas;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;

/**
 * Something that keeps timers, of which none fires, each under a number of the caller's. What a caller must remember to
 * cancel one is kept in arrays that were there before, and all share one task: neither is the timers' memory.
 */
interface HeldTimers extends AutoCloseable {
    void arm(int timer, long delayNs);

    void cancel(int timer);

    /** Waits until all that was asked for is done, where somebody else does it and can be waited for. */
    default void settle() {
        // Most do it in the call.
    }

    /** Bytes that the timers take by their own account; −1 where they give none. */
    default long ownBytes() {
        return -1;
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

        int count() {
            return numbers.length;
        }

        Object[] objects() {
            return objects;
        }

        long[] numbers() {
            return numbers;
        }
    }

    /** The timers of a name. */
    static HeldTimers named(String name, Map<String, Object> settings, Handles handles) {
        return switch (name) {
            case "tickbus-engine" -> new Engine();
            case "tickbus-client" -> new HeldByDaemon(DaemonRole.bus(settings));
            case "stpe" -> new Pool(handles.objects());
            case "java-util-timer" -> new JdkTimer(handles.objects());
            case "netty-1ms" -> new Netty(handles.objects());
            case "agrona" -> new Agrona(handles);
            default -> throw new IllegalArgumentException("unknown timers: name=" + name);
        };
    }

    /** The engine of this project, in the caller's process; by keys, so that there is nothing to remember. */
    final class Engine implements HeldTimers {
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

    /** The JDK's pool; cancelled timers leave it at once. */
    final class Pool implements HeldTimers {
        private final ScheduledThreadPoolExecutor pool = ArmTarget.Pool.newPool();
        private final Object[] futures;

        Pool(Object[] futures) {
            this.futures = futures;
        }

        @Override
        public void arm(int timer, long delayNs) {
            futures[timer] = pool.schedule(Pool::doNothing, delayNs, TimeUnit.NANOSECONDS);
        }

        private static void doNothing() {
            // The same for all: it holds nothing, so it is made once.
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
    final class JdkTimer implements HeldTimers {
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
    final class Netty implements HeldTimers {
        private static final io.netty.util.TimerTask NOTHING = timeout -> { };

        private final io.netty.util.Timer wheel = NettyWheel.newTimer();
        private final Object[] timeouts;

        Netty(Object[] timeouts) {
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

    /** Agrona's wheel alone, made so large that it never grows; who uses it keeps what a number means elsewhere. */
    final class Agrona implements HeldTimers {
        private static final int TICKS = 1 << 13;
        private static final int TICK_NS = 1 << 20;
        private static final int FEWEST_PER_TICK = 8;

        private final DeadlineTimerWheel wheel;
        private final long originNs = System.nanoTime();
        private final long[] ids;

        Agrona(Handles handles) {
            ids = handles.numbers();
            int perTick = 2 * Integer.highestOneBit(Math.max(FEWEST_PER_TICK, 2 * (handles.count() / TICKS)));
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
