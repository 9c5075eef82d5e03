// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Memory;
import java.util.concurrent.TimeUnit;

/**
 * What all transports that sleep in the kernel have in common: a message of 64 bytes, and one call to hand it over and
 * one to wait for it. They are hundreds of times slower than a virtual call.
 */
abstract class KernelTransport implements Transport {
    static final int LENGTH = 64;
    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    final Memory message = new Memory(LENGTH);

    /** Hands one message over. */
    abstract void handOver(long sequence, long dueNs, long sentNs);

    /** Waits for one message, but not beyond {@code untilNs}, and tells the reception of it. */
    abstract void take(Reception reception, long untilNs);

    /** Fills the message. */
    final void fill(long sequence, long dueNs, long sentNs) {
        message.setLong(0, sequence);
        message.setLong(Long.BYTES, dueNs);
        message.setLong(2L * Long.BYTES, sentNs);
    }

    /** Takes what the message holds. */
    final void takeMessage(Reception reception) {
        long observedNs = System.nanoTime();
        reception.take(message.getLong(0), message.getLong(Long.BYTES), observedNs);
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.awaitDue(i);
            handOver(burst.first() + i, burst.dueNs(i), sentNs);
        }
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        long nowNs = System.nanoTime();
        while (!reception.isComplete() && nowNs < burst.giveUpNs()) {
            take(reception, Math.min(burst.giveUpNs(), nowNs + SLICE_NS));
            nowNs = System.nanoTime();
        }
    }
}
