// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The ring that somebody who needs nothing else would write: no versions, no laps that are noticed, no sleep. What
 * Tickbus costs beyond it is the price of those.
 */
final class PlainRing implements Transport {
    private static final int LINES = 1 << 16;

    /** A line of 64 bytes a message; its number, plus one, is stored last and loaded first. */
    private record Ring(ByteBuffer lines) {
        private static final VarHandle LONG =
                MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

        void put(long sequence, long dueNs, long sentNs) {
            int line = line(sequence);
            LONG.set(lines, line + 8, dueNs);
            LONG.set(lines, line + 16, sentNs);
            LONG.setRelease(lines, line, sequence + 1);
        }

        boolean has(long sequence) {
            return (long) LONG.getAcquire(lines, line(sequence)) == sequence + 1;
        }

        long dueNs(long sequence) {
            return (long) LONG.get(lines, line(sequence) + 8);
        }

        private static int line(long sequence) {
            return (int) (sequence & LINES - 1) << 6;
        }
    }

    private Ring ring;

    @Override
    public String settings() {
        return "Java, twenty lines: one 64-byte line per message, VarHandle release store and acquire load, 65,536 "
                + "lines, spins";
    }

    @Override
    public void open(Path directory) throws IOException {
        ring = new Ring(SharedFile.buffer(directory.resolve("varhandle-ring"), (long) LINES << 6));
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.spinUntilDue(i);
            ring.put(burst.first() + i, burst.dueNs(i), sentNs);
        }
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        int polls = 0;
        long next = burst.first();
        while (!reception.isComplete()) {
            if (ring.has(next)) {
                reception.take(next, ring.dueNs(next), System.nanoTime());
                next++;
            } else if (burst.isOver(++polls)) {
                break;
            }
        }
    }

    @Override
    public void stream(long first, int count) {
        for (long number = first; number < first + count; number++) {
            ring.put(number, 0, 0);
        }
    }

    @Override
    public void drain(Tally tally) {
        while (ring.has(tally.next())) {
            tally.take(tally.next());
        }
    }
}
