package io.tickbus.bench.latency.timers;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.TimerClient;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.IdleStrategy;

/** Where one thread arms timers that are due so late that none of them fires. */
interface ArmTarget extends AutoCloseable {
    /** Delay of every timer. */
    long DELAY_NS = TimeUnit.MINUTES.toNanos(5);

    /** Arms one more. */
    void arm();

    /**
     * Waits until those who keep the timers have taken in all that was armed.
     *
     * @param idle what to do between two looks
     */
    void settle(IdleStrategy idle);

    /** Cancels all that was armed, and waits until that is done. */
    void cancelAll(IdleStrategy idle);

    @Override
    default void close() {
        // Most have nothing to close.
    }

    /** Through a client of its own. */
    final class Tickbus implements ArmTarget {
        private static final int REPLIES_AT_ONCE = 256;
        private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

        private final TimerClient client;
        private long armed;
        private long sent;
        private long answered;
        private long fulls;

        Tickbus(BusDirectory bus, int trackedKeys) {
            client = TimerClient.connect(bus, ArmedSchedule.patient().withTrackedKeys(trackedKeys));
        }

        @Override
        public void arm() {
            while (client.armAfter(armed, ArmedSchedule.SIGNAL_ID, DELAY_NS) < 0) {
                fulls++;
                poll();
            }
            armed++;
            sent++;
        }

        /** How often the ring or the window was full. */
        long fulls() {
            return fulls;
        }

        private int poll() {
            return client.pollReplies(this::onReply, REPLIES_AT_ONCE);
        }

        private void onReply(TimerReply reply) {
            if (reply.code() != ReplyCode.ARMED && reply.code() != ReplyCode.CANCELLED) {
                throw new IllegalStateException("the daemon refused: " + reply);
            }
            answered++;
        }

        @Override
        public void settle(IdleStrategy idle) {
            long giveUpNs = System.nanoTime() + PATIENCE_NS;
            while (answered < sent) {
                int polled = poll();
                idle.idle(polled);
                if (polled == 0 && System.nanoTime() > giveUpNs) {
                    throw new IllegalStateException("the daemon does not answer: answered=" + answered);
                }
            }
        }

        @Override
        public void cancelAll(IdleStrategy idle) {
            while (armed > 0) {
                if (client.cancel(armed - 1) < 0) {
                    idle.idle(poll());
                } else {
                    armed--;
                    sent++;
                }
            }
            settle(idle);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /** In a pool that all threads share. */
    final class Pool implements ArmTarget {
        private final ScheduledThreadPoolExecutor pool;
        private final Deque<Future<?>> armed = new ArrayDeque<>();

        Pool(ScheduledThreadPoolExecutor pool) {
            this.pool = pool;
        }

        /** The pool, with what makes cancelled timers go. */
        static ScheduledThreadPoolExecutor newPool() {
            ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1);
            pool.setRemoveOnCancelPolicy(true);
            return pool;
        }

        @Override
        public void arm() {
            armed.push(pool.schedule(() -> { }, DELAY_NS, TimeUnit.NANOSECONDS));
        }

        @Override
        public void settle(IdleStrategy idle) {
            // The call that arms does all the work itself.
        }

        @Override
        public void cancelAll(IdleStrategy idle) {
            while (!armed.isEmpty()) {
                armed.pop().cancel(false);
            }
        }
    }

    /** In a Netty wheel that all threads share: it takes timers in at its next tick, which nobody waits for. */
    final class Netty implements ArmTarget {
        private static final TimerTask NOTHING = timeout -> { };

        private final Timer timers;
        private final Deque<Timeout> armed = new ArrayDeque<>();

        Netty(Timer timers) {
            this.timers = timers;
        }

        @Override
        public void arm() {
            armed.push(timers.newTimeout(NOTHING, DELAY_NS, TimeUnit.NANOSECONDS));
        }

        @Override
        public void settle(IdleStrategy idle) {
            // It happens in the background.
        }

        @Override
        public void cancelAll(IdleStrategy idle) {
            while (!armed.isEmpty()) {
                armed.pop().cancel();
            }
        }
    }
}
