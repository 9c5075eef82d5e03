// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.internal.file.AtomicFile;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.journal.JournalStore.Segment;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Appends blocks to one segment, a Chronicle Queue.
 *
 * <p>A queue's file is sparse and mapped. A store to a page for which the disk has no room would be a fault of the JVM.
 * So each page is allocated before it is stored to, by a write of zeros through the file, which fails with an exception
 * instead.
 *
 * <p>A store that waits for a disk would also keep the JVM from stopping its threads, and so stop them all once it
 * wants to collect garbage. So each block begins with a write through the file, which waits where the JVM need not wait
 * for it.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> waits for the file system, and for the disk in {@link #sync}. <b>Errors:</b>
 * {@link IOException} if there is no room or the disk fails; the segment must then be closed.
 */
final class SegmentWriter implements Segment {
    private static final long QUEUE_BLOCK = 8 << 20;
    /** Room for the index that the queue stores between two blocks. */
    private static final int INDEX_ROOM = 2 << 20;
    private static final int ALLOCATION_STEP = 8 << 20;
    private static final String METADATA = "metadata.cq4t";
    private static final long MIN_FREE_BYTES = 32 << 20;
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");
    private static final byte[] ZEROS = new byte[1 << 20];

    private final long number;
    private final Path folder;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private FileChannel channel;
    private String file = "";
    private long allocatedTo;
    /** The last byte of the latest block; nowhere before there is one. */
    private final ByteBuffer lastByte = ByteBuffer.allocateDirect(1);
    private long lastByteAt = -1;

    private SegmentWriter(long number, Path folder, SingleChronicleQueue queue) {
        this.number = number;
        this.folder = folder;
        this.queue = queue;
        this.appender = queue.createAppender();
    }

    /** Creates a segment; cleans up if that fails. */
    static SegmentWriter open(JournalFolder journal, long number, Roll roll) throws IOException {
        ChronicleSetup.prepare();
        checkFreeSpace(journal.path());
        Path folder = Files.createDirectory(journal.segment(number),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SingleChronicleQueue queue = null;
        boolean open = false;
        try {
            queue = SingleChronicleQueueBuilder.binary(folder.toFile()).blockSize(QUEUE_BLOCK).rollCycle(cycle(roll))
                    .checkInterrupts(false).build();
            SegmentWriter writer = new SegmentWriter(number, folder, queue);
            Files.setPosixFilePermissions(folder.resolve(METADATA), PRIVATE);
            AtomicFile.syncDirectory(journal.path());
            open = true;
            return writer;
        } finally {
            if (!open) {
                if (queue != null) {
                    queue.close();
                }
                delete(folder);
            }
        }
    }

    /** Deletes a segment without queue files. */
    static void delete(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(METADATA));
        Files.deleteIfExists(folder);
    }

    private static RollCycle cycle(Roll roll) {
        return switch (roll) {
            case MINUTELY -> LegacyRollCycles.MINUTELY;
            case HOURLY -> LegacyRollCycles.HOURLY;
            case DAILY -> LegacyRollCycles.DAILY;
        };
    }

    private static void checkFreeSpace(Path folder) throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (usable < MIN_FREE_BYTES) {
            throw new IOException("No space left for a new file: usableBytes=" + usable + " needed=" + MIN_FREE_BYTES);
        }
    }

    @Override
    public Position append(Block block) throws IOException {
        awaitDisk();
        if (queue.cycle() != appender.cycle()) {
            checkFreeSpace(folder);
        }
        try (DocumentContext document = appender.writingDocument()) {
            boolean written = false;
            try {
                long at = document.wire().bytes().writePosition();
                allocate(at, block.length());
                document.wire().bytes().write(block.bytes(), 0, block.length());
                lastByte.put(0, block.bytes()[block.length() - 1]);
                lastByteAt = at + block.length() - 1;
                written = true;
                return new Position(number, file, at - Integer.BYTES);
            } finally {
                if (!written) {
                    document.rollbackOnClose();
                }
            }
        }
    }

    /** Writes a byte as it is, to a page that the next block dirties anyway. */
    private void awaitDisk() throws IOException {
        if (lastByteAt >= 0) {
            channel.write(lastByte.rewind(), lastByteAt);
        }
    }

    private void allocate(long at, int length) throws IOException {
        File current = appender.currentFile();
        if (channel == null || !current.getName().equals(file)) {
            file = current.getName();
            useNewFile(at);
        }
        if (allocatedTo >= at + length + INDEX_ROOM) {
            return;
        }
        long from = Math.max(at, allocatedTo);
        long to = at + length + ALLOCATION_STEP;
        for (long next = from; next < to; ) {
            int count = (int) Math.min(ZEROS.length, to - next);
            next += channel.write(ByteBuffer.wrap(ZEROS, 0, count), next);
        }
        allocatedTo = to;
    }

    private void useNewFile(long at) throws IOException {
        if (channel != null) {
            channel.force(false);
            channel.close();
        }
        Path path = folder.resolve(file);
        Files.setPosixFilePermissions(path, PRIVATE);
        channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        // The queue's index precedes the first block and has holes: writing each page back as it is allocates it.
        // Nobody else writes to the file meanwhile.
        ByteBuffer piece = ByteBuffer.allocate(ZEROS.length);
        for (long next = 0; next < at; ) {
            piece.clear().limit((int) Math.min(ZEROS.length, at - next));
            channel.read(piece, next);
            next += channel.write(piece.flip(), next);
        }
        allocatedTo = at;
        AtomicFile.syncDirectory(folder);
    }

    @Override
    public void sync() throws IOException {
        if (channel != null) {
            channel.force(false);
        }
    }

    @Override
    public String file() {
        return file;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void close() throws IOException {
        appender.close();
        queue.close();
        if (channel != null) {
            channel.close();
        }
    }
}
