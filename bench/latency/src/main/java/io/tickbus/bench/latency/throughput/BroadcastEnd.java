package io.tickbus.bench.latency.throughput;

import io.tickbus.bench.latency.transport.AgronaFile;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;

/** Agrona's broadcast buffer, which overwrites. */
final class BroadcastEnd implements End {
    private static final int CAPACITY = 4 << 20;
    private static final int LENGTH = 56;
    private static final int TYPE = 7;

    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private BroadcastTransmitter transmitter;
    private BroadcastReceiver receiver;

    @Override
    public String settings() {
        return "4 MiB mapped file, 56 bytes + 8 of header, receiveNext and validate";
    }

    private static UnsafeBuffer map(Path directory) throws IOException {
        return AgronaFile.map(directory.resolve("broadcast"), CAPACITY + BroadcastBufferDescriptor.TRAILER_LENGTH);
    }

    @Override
    public void openWriter(Path directory) throws IOException {
        transmitter = new BroadcastTransmitter(map(directory));
    }

    @Override
    public void openReader(Path directory) throws IOException {
        receiver = new BroadcastReceiver(map(directory));
    }

    @Override
    public void write(long first, int count) {
        for (long number = first; number < first + count; number++) {
            message.putLong(0, number);
            transmitter.transmit(TYPE, message, 0, LENGTH);
        }
    }

    @Override
    public void read(Tally tally) {
        while (receiver.receiveNext()) {
            long number = receiver.buffer().getLong(receiver.offset());
            if (receiver.validate()) {
                tally.take(number);
            }
        }
    }

    @Override
    public void close() {
        receiver = null;
        transmitter = null;
    }
}
