package io.tickbus.bench.latency.transport;

import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's many-to-one ring buffer over a mapped file. */
final class AgronaManyToOne implements AlikeEnds {
    private static final int CAPACITY = 4 << 20;
    private static final int LENGTH = 56;
    private static final int TYPE = 7;
    private static final int BATCH = 16;
    private static final int LOOKS_PER_CLOCK_READ = 4096;

    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private final MessageHandler handler = (type, buffer, index, length) ->
            take(buffer.getLong(index), buffer.getLong(index + Long.BYTES));
    private ManyToOneRingBuffer ring;
    private Reception reception;

    @Override
    public String settings() {
        return AgronaFile.version() + " ManyToOneRingBuffer over a 4 MiB mapped file, 56 bytes + 8 of header, "
                + "write and read, spins";
    }

    @Override
    public void open(Path directory) throws IOException {
        ring = new ManyToOneRingBuffer(AgronaFile.map(directory.resolve("agrona-many-to-one"),
                CAPACITY + RingBufferDescriptor.TRAILER_LENGTH));
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

    private void take(long sequence, long dueNs) {
        reception.take(sequence, dueNs, System.nanoTime());
    }

    @Override
    public void receive(Burst burst, Reception newReception) {
        reception = newReception;
        int looks = 0;
        while (!newReception.isComplete()) {
            if (ring.read(handler, BATCH) == 0 && ++looks % LOOKS_PER_CLOCK_READ == 0
                    && System.nanoTime() > burst.giveUpNs()) {
                break;
            }
        }
    }

    @Override
    public void close() {
        ring = null;
    }
}
