// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.bench.latency.harness.Versions;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;

/** Agrona's broadcast buffer over a mapped file, read in place and validated after the copy. It overwrites. */
final class AgronaBroadcast implements Transport {
    private static final int CAPACITY = 4 << 20;
    private static final int LENGTH = 56;
    private static final int TYPE = 7;

    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private BroadcastTransmitter transmitter;
    private BroadcastReceiver receiver;

    @Override
    public String settings() {
        return "Agrona " + Versions.of("agrona") + " BroadcastTransmitter/BroadcastReceiver over a 4 MiB mapped file, "
                + "56 bytes + 8 of header, receiveNext and validate, spins";
    }

    private static UnsafeBuffer map(Path directory) throws IOException {
        return new UnsafeBuffer(SharedFile.buffer(directory.resolve("agrona-broadcast"),
                CAPACITY + BroadcastBufferDescriptor.TRAILER_LENGTH));
    }

    @Override
    public void openSender(Path directory) throws IOException {
        transmitter = new BroadcastTransmitter(map(directory));
    }

    @Override
    public void openReceiver(Path directory) throws IOException {
        receiver = new BroadcastReceiver(map(directory));
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
        int polls = 0;
        while (!reception.isComplete()) {
            if (receiver.receiveNext()) {
                long sequence = receiver.buffer().getLong(receiver.offset());
                long dueNs = receiver.buffer().getLong(receiver.offset() + Long.BYTES);
                long observedNs = System.nanoTime();
                if (receiver.validate()) {
                    reception.take(sequence, dueNs, observedNs);
                }
            } else if (burst.isOver(++polls)) {
                break;
            }
        }
    }

    @Override
    public void stream(long first, int count) {
        for (long number = first; number < first + count; number++) {
            message.putLong(0, number);
            transmitter.transmit(TYPE, message, 0, LENGTH);
        }
    }

    @Override
    public void drain(Tally tally) {
        while (receiver.receiveNext()) {
            long number = receiver.buffer().getLong(receiver.offset());
            if (receiver.validate()) {
                tally.take(number);
            }
        }
    }
}
