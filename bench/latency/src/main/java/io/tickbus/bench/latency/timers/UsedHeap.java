// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** What this JVM's heap contains that is still needed. */
final class UsedHeap {
    private static final int MOST_COLLECTIONS = 12;
    private static final int IDLE_COLLECTIONS = 3;
    private static final long PAUSE_MS = 50;

    private UsedHeap() {
    }

    /** Bytes after collecting until several collections freed nothing; background threads get time to finish. */
    static long bytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        int idle = 0;
        for (int i = 0; i < MOST_COLLECTIONS && idle < IDLE_COLLECTIONS; i++) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            collect();
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            idle = used >= least ? idle + 1 : 0;
            least = Math.min(least, used);
        }
        return least;
    }

    private static void collect() {
        ManagementFactory.getMemoryMXBean().gc();
    }
}
