package io.tickbus.bench.latency.timers;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

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
            Runnable task = new FiringTask(log, timer);
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
