// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.aeron.cluster.service.ClusterClock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * CLOCK_REALTIME as Aeron may see it: never going back, and never standing still. Aeron times its heartbeats by it, so
 * that a clock that is set back by an hour would stop a leader for that hour; here it runs at half the speed until it
 * is right.
 *
 * <p><b>Threads:</b> any.
 */
final class ForwardClock implements ClusterClock {
    private final LongSupplier utcNs;
    private final LongSupplier monotonicNs;
    private long timeNs = Long.MIN_VALUE / 2;
    private long readNs;

    /** Of two clocks. */
    ForwardClock(LongSupplier utcNs, LongSupplier monotonicNs) {
        this.utcNs = utcNs;
        this.monotonicNs = monotonicNs;
        this.readNs = monotonicNs.getAsLong();
    }

    @Override
    public synchronized long time() {
        long nowNs = monotonicNs.getAsLong();
        timeNs = Math.max(utcNs.getAsLong(), timeNs + (nowNs - readNs) / 2);
        readNs = nowNs;
        return timeNs;
    }

    @Override
    public TimeUnit timeUnit() {
        return TimeUnit.NANOSECONDS;
    }
}
