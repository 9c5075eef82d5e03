package io.tickbus.bench.latency.timers;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.util.concurrent.TimeUnit;

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
            timers.newTimeout(task(new FiringTask(log, timer)), schedule.firstNs(timer) - System.nanoTime(),
                    TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void close() {
        timers.stop();
    }

    private TimerTask task(FiringTask firing) {
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
