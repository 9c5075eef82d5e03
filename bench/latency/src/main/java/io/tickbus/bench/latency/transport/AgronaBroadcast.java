package io.tickbus.bench.latency.transport;

import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;

/** Agrona's broadcast buffer over a mapped file, read in place and validated after the copy. */
final class AgronaBroadcast implements Transport {
    private static final int CAPACITY = 4 << 20;
    private static final int LENGTH = 56;
    private static final int TYPE = 7;
    private static final int LOOKS_PER_CLOCK_READ = 4096;

    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private BroadcastTransmitter transmitter;
    private BroadcastReceiver receiver;
    private UnsafeBuffer memory;

    @Override
    public String settings() {
        return AgronaFile.version() + " BroadcastTransmitter/BroadcastReceiver over a 4 MiB mapped file, "
                + "56 bytes + 8 of header, receiveNext and validate, spins";
    }

    private UnsafeBuffer open(Path directory) throws IOException {
        memory = AgronaFile.map(directory.resolve("agrona-broadcast"),
                CAPACITY + BroadcastBufferDescriptor.TRAILER_LENGTH);
        return memory;
    }

    @Override
    public void openSender(Path directory) throws IOException {
        transmitter = new BroadcastTransmitter(open(directory));
    }

    @Override
    public void openReceiver(Path directory) throws IOException {
        receiver = new BroadcastReceiver(open(directory));
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.spinUntilDue(i);
            message.putLong(0, burst.first() + i);
            message.putLong(Long.BYTES, burst.dueNs(i));
            message.putLong(2 * Long.BYTES, sentNs);
            transmitter.transmit(TYPE, message, 0, LENGTH);
        }
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        int looks = 0;
        while (!reception.isComplete()) {
            if (receiver.receiveNext()) {
                long sequence = receiver.buffer().getLong(receiver.offset());
                long dueNs = receiver.buffer().getLong(receiver.offset() + Long.BYTES);
                long observedNs = System.nanoTime();
                if (receiver.validate()) {
                    reception.take(sequence, dueNs, observedNs);
                }
            } else if (++looks % LOOKS_PER_CLOCK_READ == 0 && System.nanoTime() > burst.giveUpNs()) {
                break;
            }
        }
    }

    @Override
    public void close() {
        memory = null;
    }
}
