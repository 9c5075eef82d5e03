// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One burst of messages, as both sides know it.
 *
 * @param first    number of its first message among all of its transport
 * @param count    messages
 * @param startNs  intended time of the first, CLOCK_MONOTONIC nanoseconds; the receiver reads that of each message, and
 *                 uses this one only where no process sends
 * @param gapNs    between two intended times
 * @param giveUpNs when the receiver stops waiting
 */
public record Burst(long first, int count, long startNs, long gapNs, long giveUpNs) {
    private static final long SPIN_NS = TimeUnit.MICROSECONDS.toNanos(300);
    private static final int POLLS_PER_CLOCK_READ = 4096;

    /** When a message is intended to be sent. */
    public long dueNs(int i) {
        return startNs + i * gapNs;
    }

    /** Spins until the time of a message. Returns the time it is. */
    long spinUntilDue(int i) {
        long dueNs = startNs + i * gapNs;
        long nowNs = System.nanoTime();
        while (nowNs < dueNs) {
            nowNs = System.nanoTime();
        }
        return nowNs;
    }

    /** Waits for the time of a message: sleeps while that is far away, spins at the end. Returns the time it is. */
    long awaitDue(int i) {
        long dueNs = dueNs(i);
        long nowNs = System.nanoTime();
        if (dueNs - nowNs > 2 * SPIN_NS) {
            LockSupport.parkNanos(dueNs - nowNs - SPIN_NS);
        }
        return spinUntilDue(i);
    }

    /** For a receiver that spins: whether to stop, after that many polls that found nothing. */
    boolean isOver(int polls) {
        return polls % POLLS_PER_CLOCK_READ == 0 && System.nanoTime() > giveUpNs;
    }
}
