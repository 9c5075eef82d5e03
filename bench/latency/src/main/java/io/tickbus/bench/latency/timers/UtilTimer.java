package io.tickbus.bench.latency.timers;

import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The JDK's first timers, whose times are whole milliseconds. */
final class UtilTimer implements FiringTimers {
    private final Timer timer = new Timer("util-timer", true);
    private final RateMode rateMode;

    UtilTimer(RateMode rateMode) {
        this.rateMode = rateMode;
    }

    @Override
    public void start(FiringLog log) {
        Schedule schedule = log.schedule();
        for (int i = 0; i < schedule.size(); i++) {
            TimerTask task = task(new FiringTask(log, i));
            // Upwards, as everybody does; up to a millisecond early all the same, since its clock has only whole ones.
            long delayMs = Math.max(0, millis(schedule.firstNs(i) - System.nanoTime()) + 1);
            if (schedule.periodNs(i) == 0) {
                timer.schedule(task, delayMs);
            } else {
                repeat(task, delayMs, Math.max(1, millis(schedule.periodNs(i))));
            }
        }
    }

    private void repeat(TimerTask task, long delayMs, long periodMs) {
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

    private static TimerTask task(Runnable work) {
        return new TimerTask() {
            @Override
            public void run() {
                work.run();
            }
        };
    }
}
