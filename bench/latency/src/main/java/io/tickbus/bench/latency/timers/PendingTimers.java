// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.util.Map;
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
            case "agrona" -> handles -> new Agrona(handles.numbers);
            default -> {
                TimerLibrary library = TimerLibrary.named(name);
                yield handles -> new OfLibrary(library, handles.objects);
            }
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

    /** The timers of a library; several threads may share it. */
    final class OfLibrary implements PendingTimers {
        private final TimerLibrary library;
        private final Object[] timers;

        OfLibrary(TimerLibrary library, Object[] timers) {
            this.library = library;
            this.timers = timers;
        }

        @Override
        public void arm(int timer, long delayNs) {
            timers[timer] = library.arm(OfLibrary::doNothing, delayNs);
        }

        private static void doNothing() {
            // The same for all: it holds nothing, so it is created once.
        }

        @Override
        public void cancel(int timer) {
            library.cancel(timers[timer]);
        }

        @Override
        public void close() {
            library.close();
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
