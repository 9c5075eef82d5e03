package io.tickbus.bench.latency.throughput;

import io.tickbus.bench.latency.transport.AgronaFile;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's many-to-one ring buffer: its one reader holds its writers back. */
final class ManyToOneEnd implements End {
    private static final int CAPACITY = 4 << 20;
    private static final int LENGTH = 56;
    private static final int TYPE = 7;
    private static final int BATCH = 4096;

    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private ManyToOneRingBuffer ring;
    private Tally tally;
    private final MessageHandler handler = (type, buffer, index, length) -> tally.take(buffer.getLong(index));

    @Override
    public String settings() {
        return "4 MiB mapped file, 56 bytes + 8 of header, write and read";
    }

    private static ManyToOneRingBuffer map(Path directory) throws IOException {
        return new ManyToOneRingBuffer(AgronaFile.map(directory.resolve("many-to-one"),
                CAPACITY + RingBufferDescriptor.TRAILER_LENGTH));
    }

    @Override
    public void openWriter(Path directory) throws IOException {
        ring = map(directory);
    }

    @Override
    public void openReader(Path directory) throws IOException {
        ring = map(directory);
    }

    @Override
    public void write(long first, int count) {
        for (long number = first; number < first + count; number++) {
            message.putLong(0, number);
            while (!ring.write(TYPE, message, 0, LENGTH)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void read(Tally newTally) {
        tally = newTally;
        while (ring.read(handler, BATCH) == BATCH) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        ring = null;
    }
}
