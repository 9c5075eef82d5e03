// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.bench.latency.harness.Versions;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/** Chronicle Queue, which keeps everything: raw bytes in a binary queue, written and read in place. */
final class ChronicleQueue implements Transport {
    private static final long BLOCK_SIZE = 64 << 20;
    private static final int SPARE_WORDS = 5;

    private SingleChronicleQueue queue;
    private ExcerptAppender appender;
    private ExcerptTailer tailer;

    @Override
    public String settings() {
        return "Chronicle Queue " + Versions.of("chronicle-queue") + ", binary, writingDocument/readingDocument on raw "
                + "bytes, 64 bytes, block size 64 MiB on tmpfs, interrupts not checked, tailer spins";
    }

    @Override
    public void open(Path directory) {
        queue = SingleChronicleQueueBuilder.binary(directory.resolve("chronicle").toFile()).blockSize(BLOCK_SIZE)
                .checkInterrupts(false).build();
    }

    @Override
    public void openSender(Path directory) {
        open(directory);
        appender = queue.createAppender();
        // So that the file is there before the receiver seeks its end.
        write(-1, 0, 0);
    }

    @Override
    public void openReceiver(Path directory) {
        open(directory);
        tailer = queue.createTailer().toEnd();
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.spinUntilDue(i);
            write(burst.first() + i, burst.dueNs(i), sentNs);
        }
    }

    private void write(long sequence, long dueNs, long sentNs) {
        try (DocumentContext document = appender.writingDocument()) {
            Bytes<?> bytes = document.wire().bytes();
            bytes.writeLong(sequence);
            bytes.writeLong(dueNs);
            bytes.writeLong(sentNs);
            for (int i = 0; i < SPARE_WORDS; i++) {
                bytes.writeLong(0);
            }
        }
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        int polls = 0;
        while (!reception.isComplete()) {
            if (!read(reception) && burst.isOver(++polls)) {
                break;
            }
        }
    }

    private boolean read(Reception reception) {
        try (DocumentContext document = tailer.readingDocument()) {
            if (!document.isPresent()) {
                return false;
            }
            Bytes<?> bytes = document.wire().bytes();
            long sequence = bytes.readLong();
            long dueNs = bytes.readLong();
            reception.take(sequence, dueNs, System.nanoTime());
            return true;
        }
    }

    @Override
    public void stream(long first, int count) {
        for (long number = first; number < first + count; number++) {
            write(number, 0, 0);
        }
    }

    @Override
    public void drain(Tally tally) {
        boolean isPresent = true;
        while (isPresent) {
            try (DocumentContext document = tailer.readingDocument()) {
                isPresent = document.isPresent();
                if (isPresent) {
                    tally.take(document.wire().bytes().readLong());
                }
            }
        }
    }

    @Override
    public void close() {
        if (queue != null) {
            queue.close();
        }
    }
}
