package io.tickbus.bench.latency.timers;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** What this JVM's heap holds that is still needed. */
final class UsedHeap {
    private static final int MOST_COLLECTIONS = 12;
    private static final int VAIN_COLLECTIONS = 3;
    private static final long PAUSE_MS = 50;

    private UsedHeap() {
    }

    /** Bytes after so many collections that some were in vain; who works in the background has time to get ready. */
    static long bytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        int vain = 0;
        for (int i = 0; i < MOST_COLLECTIONS && vain < VAIN_COLLECTIONS; i++) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            collect();
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            vain = used >= least ? vain + 1 : 0;
            least = Math.min(least, used);
        }
        return least;
    }

    private static void collect() {
        ManagementFactory.getMemoryMXBean().gc();
    }
}
