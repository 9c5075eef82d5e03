// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.time.Instant;

/** A POSIX message queue: mq_send(3) and mq_timedreceive(3). Its name is gone as soon as both have it open. */
final class PosixQueue extends KernelTransport {
    private static final int MAX_MESSAGES = 10;
    private static final int ATTRIBUTES_LENGTH = 64;

    private String name;
    private int queue = -1;

    @Override
    public String settings() {
        return "POSIX message queue of 10 messages, mq_send(3) and mq_timedreceive(3) of 64 bytes, through JNA";
    }

    @Override
    public void open(Path directory) {
        // Queues have a name space of their own.
        name = "/" + directory.getFileName();
        try (Memory attributes = new Memory(ATTRIBUTES_LENGTH)) {
            attributes.clear();
            attributes.setLong(Long.BYTES, MAX_MESSAGES);
            attributes.setLong(2L * Long.BYTES, LENGTH);
            queue = (int) KernelCalls.check("mq_open", KernelCalls.mq_open(name,
                    KernelCalls.O_CREAT | KernelCalls.O_RDWR, KernelCalls.MODE_PRIVATE, attributes));
        }
    }

    @Override
    public void openReceiver(Path directory) {
        open(directory);
        KernelCalls.check("mq_unlink", KernelCalls.mq_unlink(name));
    }

    @Override
    void handOver(long sequence, long dueNs, long sentNs) {
        fill(sequence, dueNs, sentNs);
        KernelCalls.check("mq_send", KernelCalls.mq_send(queue, message, LENGTH, 0));
    }

    @Override
    void take(Reception reception, long untilNs) {
        // Its time-out is of CLOCK_REALTIME.
        Instant until = Instant.now().plusNanos(untilNs - System.nanoTime());
        try (Memory time = new Memory(2L * Long.BYTES)) {
            time.setLong(0, until.getEpochSecond());
            time.setLong(Long.BYTES, until.getNano());
            if (KernelCalls.mq_timedreceive(queue, message, LENGTH, Pointer.NULL, time) == LENGTH) {
                takeMessage(reception);
            }
        }
    }

    @Override
    public void close() {
        if (queue >= 0) {
            KernelCalls.mq_close(queue);
            // In case the run ended before the receiver had it open.
            KernelCalls.mq_unlink(name);
        }
    }
}
