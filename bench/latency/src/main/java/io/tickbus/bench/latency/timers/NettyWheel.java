package io.tickbus.bench.latency.timers;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.util.concurrent.TimeUnit;

/** Netty's HashedWheelTimer with a tick of 1 ms; a periodic timer arms itself anew when it fires. */
final class NettyWheel implements PeerTimers {
    private static final int WHEEL_SIZE = 512;

    private final Timer timers = newTimer();

    /** A wheel of 1 ms; its thread begins with the first timer. */
    static Timer newTimer() {
        return new HashedWheelTimer(task -> new Thread(task, "netty-wheel"), 1, TimeUnit.MILLISECONDS, WHEEL_SIZE,
                false);
    }

    @Override
    public void start(FiringLog log) {
        Schedule schedule = log.schedule();
        for (int timer = 0; timer < schedule.size(); timer++) {
            timers.newTimeout(new Task(log, timer), schedule.firstNs(timer) - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void close() {
        timers.stop();
    }

    private static final class Task implements TimerTask {
        private final FiringLog log;
        private final int timer;
        private int occurrence;

        Task(FiringLog log, int timer) {
            this.log = log;
            this.timer = timer;
        }

        @Override
        public void run(Timeout timeout) {
            log.fired(timer, occurrence++, 0, System.nanoTime());
            if (log.schedule().periodNs(timer) > 0) {
                timeout.timer().newTimeout(this, log.schedule().deadlineNs(timer, occurrence) - System.nanoTime(),
                        TimeUnit.NANOSECONDS);
            }
        }
    }
}
