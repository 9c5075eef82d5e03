package io.tickbus.bench.latency.throughput;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/** Chronicle Queue, which keeps everything. */
final class ChronicleEnd implements End {
    private static final long BLOCK_SIZE = 64 << 20;
    private static final int SPARE_WORDS = 6;

    private SingleChronicleQueue queue;
    private ExcerptAppender appender;
    private ExcerptTailer tailer;

    @Override
    public String settings() {
        return "binary, writingDocument/readingDocument on raw bytes, 56 bytes, block size 64 MiB on tmpfs";
    }

    private void open(Path directory) {
        queue = SingleChronicleQueueBuilder.binary(directory.resolve("chronicle-throughput").toFile())
                .blockSize(BLOCK_SIZE).checkInterrupts(false).build();
    }

    @Override
    public void openWriter(Path directory) {
        open(directory);
        appender = queue.createAppender();
    }

    @Override
    public void openReader(Path directory) {
        open(directory);
        tailer = queue.createTailer().toStart();
    }

    @Override
    public void write(long first, int count) {
        for (long number = first; number < first + count; number++) {
            try (DocumentContext document = appender.writingDocument()) {
                Bytes<?> bytes = document.wire().bytes();
                bytes.writeLong(number);
                for (int i = 0; i < SPARE_WORDS; i++) {
                    bytes.writeLong(0);
                }
            }
        }
    }

    @Override
    public void read(Tally tally) {
        boolean isThere = true;
        while (isThere) {
            try (DocumentContext document = tailer.readingDocument()) {
                isThere = document.isPresent();
                if (isThere) {
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
