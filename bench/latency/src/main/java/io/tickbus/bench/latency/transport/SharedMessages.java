// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.file.Path;

/** Intended times of messages in shared memory, for transports that only wake: how many were sent, and each time. */
final class SharedMessages {
    private static final int SENT = 0;
    private static final int RECEIVER = 64;
    private static final int WORD = 128;
    private static final int TIMES = 192;
    private static final int CAPACITY = 8192;

    private final SharedRegion region;

    private SharedMessages(SharedRegion region) {
        this.region = region;
    }

    static SharedMessages open(Path file) throws IOException {
        return new SharedMessages(SharedFile.region(file, TIMES + (long) CAPACITY * Long.BYTES));
    }

    SharedRegion region() {
        return region;
    }

    /** Where the futex word is. */
    static int word() {
        return WORD;
    }

    /** Sender: message {@code sequence} is there. */
    void put(long sequence, long dueNs) {
        region.putLong(time(sequence), dueNs);
        region.putLongRelease(SENT, sequence + 1);
    }

    /** How many were sent so far. */
    long sent() {
        return region.getLongAcquire(SENT);
    }

    long dueNs(long sequence) {
        return region.getLong(time(sequence));
    }

    /** Receiver: takes all that were sent by now, from {@code next} on, as observed now. Returns the new next. */
    long takeSent(long next, Reception reception, long observedNs) {
        long sent = sent();
        for (long sequence = next; sequence < sent; sequence++) {
            reception.take(sequence, region.getLong(time(sequence)), observedNs);
        }
        return Math.max(next, sent);
    }

    private static int time(long sequence) {
        return TIMES + (int) (sequence % CAPACITY) * Long.BYTES;
    }

    /** Receiver: the process to be woken. */
    void receiver(long pid) {
        region.putLongRelease(RECEIVER, pid);
    }

    long receiver() {
        return region.getLongAcquire(RECEIVER);
    }
}
