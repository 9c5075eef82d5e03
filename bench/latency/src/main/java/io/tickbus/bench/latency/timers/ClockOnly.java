package io.tickbus.bench.latency.timers;

import java.util.Comparator;
import java.util.stream.IntStream;

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
