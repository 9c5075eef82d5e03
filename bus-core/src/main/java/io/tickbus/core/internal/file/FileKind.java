package io.tickbus.core.internal.file;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.ClientLayout;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.CountersLayout;
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
 * What every kind of file says of itself in the first 40 bytes, the same words at the same offsets in each, and how
 * that is written and checked. A header is read through the file, before anything is mapped, and refused by the name
 * of what this version cannot read.
 *
 * @param noun     what a person calls it
 * @param recreate what to do about one that is broken
 */
public record FileKind(String noun, long magic, int version, int headerLength, int recordLength, int maxSlotCount,
        String recreate) {
    static final FileKind SIGNALS = new FileKind("signals file", SignalsLayout.MAGIC_VALUE, SignalsLayout.VERSION,
            SignalsLayout.HEADER_LENGTH, SignalRecordLayout.LENGTH, SlotRing.MAX_SLOT_COUNT,
            "delete the bus with 'rm -r' and start its publisher again");
    static final FileKind CLIENT = new FileKind("client file", ClientLayout.MAGIC_VALUE, ClientLayout.VERSION,
            ClientLayout.HEADER_LENGTH, CommandLayout.LENGTH, ClientLayout.MAX_SLOT_COUNT,
            "delete it and connect the client again");
    static final FileKind REPLIES = new FileKind("replies file", RepliesLayout.MAGIC_VALUE, RepliesLayout.VERSION,
            RepliesLayout.HEADER_LENGTH, ReplyLayout.LENGTH, SlotRing.MAX_SLOT_COUNT,
            "start the daemon again, which makes it anew");
    /** Its slots are counters, any number of them. */
    static final FileKind COUNTERS = new FileKind("counters file", CountersLayout.MAGIC_VALUE, CountersLayout.VERSION,
            CountersLayout.HEADER_LENGTH, CountersLayout.COUNTER_LENGTH, CountersLayout.MAX_COUNTER_COUNT,
            "start the daemon again, which makes it anew");

    private static final int MAGIC = SignalsLayout.MAGIC;
    private static final int LAYOUT_VERSION = SignalsLayout.LAYOUT_VERSION;
    private static final int BYTE_ORDER = SignalsLayout.BYTE_ORDER;
    private static final int HEADER_BYTES = SignalsLayout.HEADER_BYTES;
    private static final int RECORD_BYTES = SignalsLayout.RECORD_BYTES;
    private static final int SLOT_COUNT = SignalsLayout.SLOT_COUNT;
    private static final int FILE_LENGTH = SignalsLayout.FILE_LENGTH;
    private static final int BYTE_ORDER_VALUE = SignalsLayout.BYTE_ORDER_VALUE;

    /** Whether a file says that it is of this kind, whatever its version. */
    public boolean isKindOf(Path path) {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            return channel.read(start, MAGIC) == Long.BYTES && start.getLong(0) == magic;
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
        }
    }

    /** Writes all of it but the magic. */
    public void writeTo(SharedRegion region, int slotCount) {
        region.putInt(LAYOUT_VERSION, version);
        region.putInt(BYTE_ORDER, BYTE_ORDER_VALUE);
        region.putInt(HEADER_BYTES, headerLength);
        region.putInt(RECORD_BYTES, recordLength);
        region.putLong(SLOT_COUNT, slotCount);
        region.putLong(FILE_LENGTH, region.length());
    }

    /** Writes the magic, last of all. */
    public void finish(SharedRegion region) {
        region.putLong(MAGIC, magic);
    }

    /** Reads the header and checks that it is of this kind and version. */
    public ByteBuffer header(Path path, FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(headerLength).order(ByteOrder.LITTLE_ENDIAN);
        int read = 0;
        while (header.hasRemaining() && read >= 0) {
            read = channel.read(header, header.position());
        }
        if (header.hasRemaining()) {
            throw wrong(Reason.WRONG_LENGTH, path, "it has " + header.position() + " bytes, less than a header's "
                    + headerLength);
        }
        identity(path, header);
        int foundVersion = header.getInt(LAYOUT_VERSION);
        if (foundVersion != version) {
            throw wrong(Reason.WRONG_VERSION, path, "layoutVersion=" + foundVersion + " expected=" + version,
                    "use the same tickbus version on both sides, or " + recreate);
        }
        int headerBytes = header.getInt(HEADER_BYTES);
        int recordBytes = header.getInt(RECORD_BYTES);
        if (headerBytes != headerLength || recordBytes != recordLength) {
            throw wrong(Reason.WRONG_RECORD_SIZE, path, "headerBytes=" + headerBytes + " recordBytes=" + recordBytes
                    + " expected=" + headerLength + " and " + recordLength);
        }
        return header;
    }

    private void identity(Path path, ByteBuffer header) {
        long found = header.getLong(MAGIC);
        boolean isSwapped = found == Long.reverseBytes(magic);
        if (found != magic && !isSwapped) {
            throw wrong(Reason.WRONG_MAGIC, path, "it is no " + noun + ": magic=0x" + Long.toHexString(found)
                    + " expected=0x" + Long.toHexString(magic), "check the path; nothing was changed");
        }
        int byteOrder = header.getInt(BYTE_ORDER);
        if (isSwapped || byteOrder != BYTE_ORDER_VALUE) {
            throw wrong(Reason.WRONG_BYTE_ORDER, path, "it is not little-endian: byteOrder=0x"
                    + Integer.toHexString(byteOrder) + " expected=0x" + Integer.toHexString(BYTE_ORDER_VALUE)
                    + ", magic=0x" + Long.toHexString(found) + " expected=0x" + Long.toHexString(magic));
        }
    }

    /** The number of slots, a power of two within this kind's limits. */
    public int slotCount(Path path, ByteBuffer header) {
        long slots = header.getLong(SLOT_COUNT);
        if (Long.bitCount(slots) != 1 || slots < 2 || slots > maxSlotCount) {
            throw wrong(Reason.CORRUPT, path, "slotCount=" + slots + " is no power of two from 2 to " + maxSlotCount);
        }
        return (int) slots;
    }

    /** Whether the file's length is what it states and what its geometry needs. */
    public void length(Path path, ByteBuffer header, long size, long expected) {
        long stated = header.getLong(FILE_LENGTH);
        if (size != expected || stated != expected) {
            throw wrong(Reason.WRONG_LENGTH, path, "it has " + size + " bytes and states " + stated + ", but its "
                    + header.getLong(SLOT_COUNT) + " slots need " + expected);
        }
    }

    public BusException wrong(Reason reason, Path path, String why) {
        return wrong(reason, path, why, recreate);
    }

    private static BusException wrong(Reason reason, Path path, String why, String remedy) {
        return new BusException(reason, path.toString(), why, remedy);
    }
}
