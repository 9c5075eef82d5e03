package io.tickbus.bench.latency.timers;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

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
