package io.tickbus.bench.latency.timers;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** What this JVM's heap holds that is still needed. */
final class UsedHeap {
    private static final int MOST_COLLECTIONS = 6;
    private static final long PAUSE_MS = 50;

    private UsedHeap() {
    }

    /** Bytes after so many collections that no less is left; who works in the background has time to get ready. */
    static long bytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < MOST_COLLECTIONS; i++) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            collect();
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            if (used >= least) {
                return least;
            }
            least = used;
        }
        return least;
    }

    private static void collect() {
        ManagementFactory.getMemoryMXBean().gc();
    }
}
