// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.ClientLayout;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.layout.ReplyLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The first 40 bytes of every kind of file, the same fields at the same offsets, and how they are written and checked.
 * A header is read through the file, before anything is mapped; the error names the field that this version cannot
 * read.
 *
 * @param noun     what messages call the file
 * @param recreate what to do about one that is broken
 */
public record FileHeader(String noun, long magic, int version, int headerLength, int recordLength, int maxSlotCount,
        String recreate) {
    static final FileHeader SIGNALS = new FileHeader("signals file", SignalsLayout.MAGIC_VALUE, SignalsLayout.VERSION,
            SignalsLayout.HEADER_LENGTH, SignalRecordLayout.LENGTH, SlotRing.MAX_SLOT_COUNT,
            "delete the bus with 'rm -r' and start its publisher again");
    static final FileHeader CLIENT = new FileHeader("client file", ClientLayout.MAGIC_VALUE, ClientLayout.VERSION,
            ClientLayout.HEADER_LENGTH, CommandLayout.LENGTH, ClientLayout.MAX_SLOT_COUNT,
            "delete it and connect the client again");
    static final FileHeader REPLIES = new FileHeader("replies file", RepliesLayout.MAGIC_VALUE, RepliesLayout.VERSION,
            RepliesLayout.HEADER_LENGTH, ReplyLayout.LENGTH, SlotRing.MAX_SLOT_COUNT,
            "start the daemon again, which recreates it");
    /** Its slots are counters, any number of them. */
    static final FileHeader COUNTERS = new FileHeader("counters file", CountersLayout.MAGIC_VALUE,
            CountersLayout.VERSION, CountersLayout.HEADER_LENGTH, CountersLayout.COUNTER_LENGTH,
            CountersLayout.MAX_COUNTER_COUNT,
            "start the daemon again, which recreates it");

    /** Whether a file has the magic of this kind, whatever its version. */
    public boolean isKindOf(Path path) {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            return channel.read(start, FileHeaderLayout.MAGIC) == Long.BYTES && start.getLong(0) == magic;
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /** Writes all of it but the magic. */
    public void write(SharedRegion region, int slotCount) {
        region.putInt(FileHeaderLayout.LAYOUT_VERSION, version);
        region.putInt(FileHeaderLayout.BYTE_ORDER, FileHeaderLayout.BYTE_ORDER_VALUE);
        region.putInt(FileHeaderLayout.HEADER_BYTES, headerLength);
        region.putInt(FileHeaderLayout.RECORD_BYTES, recordLength);
        region.putLong(FileHeaderLayout.SLOT_COUNT, slotCount);
        region.putLong(FileHeaderLayout.FILE_LENGTH, region.length());
    }

    /** Writes the magic, last of all. */
    public void commit(SharedRegion region) {
        region.putLong(FileHeaderLayout.MAGIC, magic);
    }

    /** Reads the header and checks that it is of this kind and version. */
    public ByteBuffer read(Path path, FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(headerLength).order(ByteOrder.LITTLE_ENDIAN);
        int read = 0;
        while (header.hasRemaining() && read >= 0) {
            read = channel.read(header, header.position());
        }
        if (header.hasRemaining()) {
            throw refuse(Reason.WRONG_LENGTH, path, "it has " + header.position() + " bytes, less than a header's "
                    + headerLength);
        }
        identity(path, header);
        int foundVersion = header.getInt(FileHeaderLayout.LAYOUT_VERSION);
        if (foundVersion != version) {
            throw refuse(Reason.WRONG_VERSION, path, "layoutVersion=" + foundVersion + " expected=" + version,
                    "use the same tickbus version on both sides, or " + recreate);
        }
        int headerBytes = header.getInt(FileHeaderLayout.HEADER_BYTES);
        int recordBytes = header.getInt(FileHeaderLayout.RECORD_BYTES);
        if (headerBytes != headerLength || recordBytes != recordLength) {
            throw refuse(Reason.WRONG_RECORD_SIZE, path, "headerBytes=" + headerBytes + " recordBytes=" + recordBytes
                    + " expected=" + headerLength + " and " + recordLength);
        }
        return header;
    }

    private void identity(Path path, ByteBuffer header) {
        long found = header.getLong(FileHeaderLayout.MAGIC);
        boolean isSwapped = found == Long.reverseBytes(magic);
        if (found != magic && !isSwapped) {
            throw refuse(Reason.WRONG_MAGIC, path, "it is not a " + noun + ": magic=0x" + Long.toHexString(found)
                    + " expected=0x" + Long.toHexString(magic), "check the path; nothing was changed");
        }
        int byteOrder = header.getInt(FileHeaderLayout.BYTE_ORDER);
        if (isSwapped || byteOrder != FileHeaderLayout.BYTE_ORDER_VALUE) {
            throw refuse(Reason.WRONG_BYTE_ORDER, path, "it is not little-endian: byteOrder=0x"
                    + Integer.toHexString(byteOrder) + " expected=0x"
                    + Integer.toHexString(FileHeaderLayout.BYTE_ORDER_VALUE)
                    + ", magic=0x" + Long.toHexString(found) + " expected=0x" + Long.toHexString(magic));
        }
    }

    /** The number of slots, a power of two within this kind's limits. */
    public int slotCount(Path path, ByteBuffer header) {
        long slots = header.getLong(FileHeaderLayout.SLOT_COUNT);
        if (Long.bitCount(slots) != 1 || slots < 2 || slots > maxSlotCount) {
            throw refuse(Reason.CORRUPT, path, "slotCount=" + slots + " is not a power of two from 2 to "
                    + maxSlotCount);
        }
        return (int) slots;
    }

    /** Whether the file's length is what it states and what its geometry needs. */
    public void length(Path path, ByteBuffer header, long size, long expected) {
        long stated = header.getLong(FileHeaderLayout.FILE_LENGTH);
        if (size != expected || stated != expected) {
            throw refuse(Reason.WRONG_LENGTH, path, "it has " + size + " bytes and states " + stated + ", but its "
                    + header.getLong(FileHeaderLayout.SLOT_COUNT) + " slots need " + expected);
        }
    }

    public BusException refuse(Reason reason, Path path, String why) {
        return refuse(reason, path, why, recreate);
    }

    private static BusException refuse(Reason reason, Path path, String why, String remedy) {
        return new BusException(reason, path.toString(), why, remedy);
    }
}
