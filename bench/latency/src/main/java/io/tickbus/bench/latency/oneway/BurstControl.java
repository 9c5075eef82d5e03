// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.transport.SharedFile;
import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How the two processes take turns: the sender calls burst n, the receiver says it is ready, the sender sends, the
 * receiver says it is done. Both nap while they wait here, so that no CPU is spent between bursts.
 */
final class BurstControl {
    private static final int LENGTH = 4096;
    private static final int CALLED = 0;
    private static final int READY = 128;
    private static final int DONE = 256;
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    private final SharedRegion region;

    private BurstControl(SharedRegion region) {
        this.region = region;
    }

    static BurstControl open(Path directory) throws IOException {
        return new BurstControl(SharedFile.region(directory.resolve("control"), LENGTH));
    }

    void call(long burst) {
        region.putLongRelease(CALLED, burst);
        await(READY, burst);
    }

    void awaitCall(long burst) {
        await(CALLED, burst);
    }

    void ready(long burst) {
        region.putLongRelease(READY, burst);
    }

    void done(long burst) {
        region.putLongRelease(DONE, burst);
    }

    void awaitDone(long burst) {
        await(DONE, burst);
    }

    private void await(int word, long value) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (region.getLongAcquire(word) < value) {
            if (System.nanoTime() > giveUpNs) {
                throw new IllegalStateException("the other process does not answer: word=" + word + " burst=" + value);
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }
}
