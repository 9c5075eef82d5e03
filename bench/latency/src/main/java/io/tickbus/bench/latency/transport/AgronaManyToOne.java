// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.bench.latency.harness.Versions;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's many-to-one ring buffer over a mapped file: its one reader holds its writers back. */
final class AgronaManyToOne implements Transport {
    private static final int CAPACITY = 4 << 20;
    private static final int LENGTH = 56;
    private static final int TYPE = 7;
    private static final int BATCH = 16;
    private static final int BATCH_OF_STREAM = 4096;

    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private final MessageHandler handler = (type, buffer, index, length) ->
            this.reception.take(buffer.getLong(index), buffer.getLong(index + Long.BYTES), System.nanoTime());
    private final MessageHandler streamHandler =
            (type, buffer, index, length) -> this.tally.take(buffer.getLong(index));
    private ManyToOneRingBuffer ring;
    private Reception reception;
    private Tally tally;

    @Override
    public String settings() {
        return "Agrona " + Versions.of("agrona") + " ManyToOneRingBuffer over a 4 MiB mapped file, 56 bytes + 8 of "
                + "header, write and read, spins";
    }

    @Override
    public void open(Path directory) throws IOException {
        ring = new ManyToOneRingBuffer(new UnsafeBuffer(SharedFile.buffer(directory.resolve("agrona-many-to-one"),
                CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.spinUntilDue(i);
            message.putLong(0, burst.first() + i);
            message.putLong(Long.BYTES, burst.dueNs(i));
            message.putLong(2 * Long.BYTES, sentNs);
            while (!ring.write(TYPE, message, 0, LENGTH)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void receive(Burst burst, Reception newReception) {
        reception = newReception;
        int polls = 0;
        while (!newReception.isComplete()) {
            if (ring.read(handler, BATCH) == 0 && burst.isOver(++polls)) {
                break;
            }
        }
    }

    @Override
    public void stream(long first, int count) {
        for (long number = first; number < first + count; number++) {
            message.putLong(0, number);
            while (!ring.write(TYPE, message, 0, LENGTH)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void drain(Tally newTally) {
        tally = newTally;
        while (ring.read(streamHandler, BATCH_OF_STREAM) == BATCH_OF_STREAM) {
            Thread.onSpinWait();
        }
    }
}
