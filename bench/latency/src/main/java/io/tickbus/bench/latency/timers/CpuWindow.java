// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.core.internal.platform.Platforms;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * CPU time of this process between two times, and of those of its Java threads that live at the end, without the
 * JVM's compilers and collector; taken by a thread that sleeps in between.
 */
final class CpuWindow {
    private static final double PERCENT = 100.0;

    private final long fromNs;
    private final long untilNs;
    private final Thread thread = new Thread(this::watch, "cpu-window");
    private double percent;
    private double threadsPercent;
    private double jitPercent;

    private CpuWindow(long fromNs, long untilNs) {
        this.fromNs = fromNs;
        this.untilNs = untilNs;
    }

    static CpuWindow start(long fromNs, long untilNs) {
        CpuWindow window = new CpuWindow(fromNs, untilNs);
        window.thread.setDaemon(true);
        window.thread.start();
        return window;
    }

    private void watch() {
        try {
            sleepUntil(fromNs);
            long cpuNs = Platforms.current().processCpuNs();
            Map<Long, Long> threadsNs = threadsCpuNs();
            long compilingMs = compilingMs();
            long wallNs = System.nanoTime();
            sleepUntil(untilNs);
            long usedNs = Platforms.current().processCpuNs() - cpuNs;
            long usedByThreadsNs = 0;
            for (Map.Entry<Long, Long> each : threadsCpuNs().entrySet()) {
                usedByThreadsNs += each.getValue() - threadsNs.getOrDefault(each.getKey(), 0L);
            }
            long tookNs = System.nanoTime() - wallNs;
            percent = PERCENT * usedNs / tookNs;
            threadsPercent = PERCENT * usedByThreadsNs / tookNs;
            jitPercent = PERCENT * TimeUnit.MILLISECONDS.toNanos(compilingMs() - compilingMs) / tookNs;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long compilingMs() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
    }

    /** By thread; of those that live. */
    private static Map<Long, Long> threadsCpuNs() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<Long, Long> byThread = new HashMap<>();
        for (long id : threads.getAllThreadIds()) {
            // −1 for one that has just ended.
            byThread.put(id, Math.max(0, threads.getThreadCpuTime(id)));
        }
        return byThread;
    }

    /** Sleeps without any promise of precision. */
    static void sleepUntil(long timeNs) throws InterruptedException {
        long leftNs = timeNs - System.nanoTime();
        if (leftNs > 0) {
            TimeUnit.NANOSECONDS.sleep(leftNs);
        }
    }

    private static double rounded(double value) {
        return Math.round(PERCENT * value) / PERCENT;
    }

    /** Percent of one core, with two decimals; of the time, what the JIT compiler took. Waits for the window's end. */
    Map<String, Object> toMap() throws InterruptedException {
        thread.join();
        return Map.of("cpuPercent", rounded(percent), "threadsPercent", rounded(threadsPercent), "jitPercent",
                rounded(jitPercent));
    }
}
