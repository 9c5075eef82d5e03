// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import io.tickbus.core.BusException.Reason;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SlotRing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A signals file, read with system calls and never mapped: nothing that happens to the file meanwhile can end this
 * process, and no byte of it is trusted.
 */
final class DumpFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer header;
    private final long length;

    private DumpFile(Path path, FileChannel channel, ByteBuffer header, long length) {
        this.path = path;
        this.channel = channel;
        this.header = header;
        this.length = length;
    }

    /** Opens for reading only. */
    static DumpFile open(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new BusException(Reason.NOT_A_FILE, path.toString(), "it is not a regular file",
                    "name a bus with --bus, or a signals file with --file");
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            ByteBuffer header = readAt(channel, 0, SignalsLayout.HEADER_LENGTH);
            return new DumpFile(path, channel, header, channel.size());
        } catch (AccessDeniedException e) {
            throw new BusException(Reason.NOT_TRUSTED, path.toString(), "permission denied",
                    "run as its owner, or let the publisher share the bus with --group");
        } catch (IOException e) {
            throw Files.exists(path) ? BusException.system(path, e, "check its file system")
                    : new BusException(Reason.NOT_FOUND, path.toString(), "there is no such file",
                            "'tickbus stat' lists the buses that are there");
        }
    }

    private static ByteBuffer readAt(FileChannel channel, long position, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        int read = 0;
        while (bytes.hasRemaining() && read >= 0) {
            read = channel.read(bytes, position + bytes.position());
        }
        return bytes.flip();
    }

    /** As many bytes as there are of those asked for, from 0 to the limit. */
    ByteBuffer read(long position, int count) {
        try {
            return readAt(channel, position, count);
        } catch (IOException e) {
            throw BusException.system(path, e, "check its file system");
        }
    }

    Path path() {
        return path;
    }

    /** The first page as it was at the opening; shorter where the file is. */
    ByteBuffer header() {
        return header;
    }

    /** The file's length as it was at the opening. */
    long length() {
        return length;
    }

    long headerLong(int offset) {
        return header.limit() < offset + Long.BYTES ? 0 : header.getLong(offset);
    }

    int headerInt(int offset) {
        return header.limit() < offset + Integer.BYTES ? 0 : header.getInt(offset);
    }

    /** The slots that the header states, where that can be true; else as many as would fit. */
    long slotCount() {
        long stated = headerLong(FileHeaderLayout.SLOT_COUNT);
        return isPlausible(stated) ? stated : presentSlots();
    }

    static boolean isPlausible(long slotCount) {
        return Long.bitCount(slotCount) == 1 && slotCount >= 2 && slotCount <= SlotRing.MAX_SLOT_COUNT;
    }

    /** Whole slots that are really there. */
    long presentSlots() {
        return Math.max(0, length - SignalsLayout.HEADER_LENGTH) / SignalRecordLayout.LENGTH;
    }

    static long slotOffset(long slot) {
        return SignalsLayout.HEADER_LENGTH + slot * SignalRecordLayout.LENGTH;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw BusException.system(path, e, "nothing need be done");
        }
    }
}
