// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.throughput;

import io.tickbus.bench.latency.transport.SharedFile;
import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the writer and the readers tell each other beside the transport: which slice it is, how far each reader is, and
 * where the slice ended. Each word has a cache line pair to itself.
 */
final class FlowControl {
    static final int MAX_READERS = 4;
    private static final int STEP = 128;
    private static final int SLICE = 0;
    private static final int END = STEP;
    private static final int READERS = 2 * STEP;
    private static final int LENGTH = 4096;
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(50);
    /** The end of a slice while it is not known. */
    static final long NOT_YET = -1;

    private final SharedRegion region;

    private FlowControl(SharedRegion region) {
        this.region = region;
    }

    static FlowControl open(Path directory) throws IOException {
        return new FlowControl(SharedFile.region(directory.resolve("flow"), LENGTH));
    }

    /** Writer: begins a slice. */
    void begin(long slice) {
        region.putLong(END, NOT_YET);
        region.putLongRelease(SLICE, slice);
    }

    /** Reader: naps until a slice has begun. */
    void awaitSlice(long slice) {
        while (region.getLongAcquire(SLICE) < slice) {
            LockSupport.parkNanos(NAP_NS);
        }
    }

    /** Writer: no more than these messages will come in this slice. */
    void end(long messages) {
        region.putLongRelease(END, messages);
    }

    /** Reader: how many come in this slice and before it; −1 while that is not known. */
    long end() {
        return region.getLongAcquire(END);
    }

    /** Reader: how far it is. */
    void position(int reader, long next) {
        region.putLongRelease(READERS + reader * STEP, next);
    }

    /** Writer: how far the slowest reader is. */
    long slowest(int readers) {
        long slowest = Long.MAX_VALUE;
        for (int reader = 0; reader < readers; reader++) {
            slowest = Math.min(slowest, region.getLongAcquire(READERS + reader * STEP));
        }
        return slowest;
    }
}
