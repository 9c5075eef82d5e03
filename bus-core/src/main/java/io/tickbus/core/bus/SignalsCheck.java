package io.tickbus.core.bus;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.layout.SignalRecordLayout;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.platform.HostIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads a header through the file, before anything is mapped, and refuses by name what this version cannot read. */
final class SignalsCheck {
    private static final String RECREATE = "delete the bus with 'rm -r' and start its publisher again";

    private SignalsCheck() {
    }

    /** Everything that does not depend on the host. */
    static void layout(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < SignalsLayout.HEADER_LENGTH) {
            throw wrong(Reason.WRONG_LENGTH, path, "it has " + size + " bytes, less than a header's "
                    + SignalsLayout.HEADER_LENGTH, RECREATE);
        }
        ByteBuffer header = ByteBuffer.allocate(SignalsLayout.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        int read = 0;
        while (header.hasRemaining() && read >= 0) {
            read = channel.read(header, header.position());
        }
        identity(path, header);
        version(path, header.getInt(SignalsLayout.LAYOUT_VERSION));
        sizes(path, header, size);
    }

    private static void identity(Path path, ByteBuffer header) {
        long magic = header.getLong(SignalsLayout.MAGIC);
        boolean isSwapped = magic == Long.reverseBytes(SignalsLayout.MAGIC_VALUE);
        if (magic != SignalsLayout.MAGIC_VALUE && !isSwapped) {
            throw wrong(Reason.WRONG_MAGIC, path, "it is no signals file: magic=0x" + Long.toHexString(magic)
                    + " expected=0x" + Long.toHexString(SignalsLayout.MAGIC_VALUE),
                    "check the path; nothing was changed");
        }
        int byteOrder = header.getInt(SignalsLayout.BYTE_ORDER);
        if (isSwapped || byteOrder != SignalsLayout.BYTE_ORDER_VALUE) {
            throw wrong(Reason.WRONG_BYTE_ORDER, path, "it is not little-endian: byteOrder=0x"
                    + Integer.toHexString(byteOrder) + " expected=0x"
                    + Integer.toHexString(SignalsLayout.BYTE_ORDER_VALUE) + ", magic=0x" + Long.toHexString(magic)
                    + " expected=0x" + Long.toHexString(SignalsLayout.MAGIC_VALUE), RECREATE);
        }
    }

    private static void version(Path path, int version) {
        if (version != SignalsLayout.VERSION) {
            throw wrong(Reason.WRONG_VERSION, path, "layoutVersion=" + version + " expected="
                    + SignalsLayout.VERSION, "use the same tickbus version on both sides, or " + RECREATE);
        }
    }

    private static void sizes(Path path, ByteBuffer header, long size) {
        int headerBytes = header.getInt(SignalsLayout.HEADER_BYTES);
        int recordBytes = header.getInt(SignalsLayout.RECORD_BYTES);
        if (headerBytes != SignalsLayout.HEADER_LENGTH || recordBytes != SignalRecordLayout.LENGTH) {
            throw wrong(Reason.WRONG_RECORD_SIZE, path, "headerBytes=" + headerBytes + " recordBytes=" + recordBytes
                    + " expected=" + SignalsLayout.HEADER_LENGTH + " and " + SignalRecordLayout.LENGTH, RECREATE);
        }
        long slots = header.getLong(SignalsLayout.SLOT_COUNT);
        if (Long.bitCount(slots) != 1 || slots < 2 || slots > SlotRing.MAX_SLOT_COUNT) {
            throw wrong(Reason.CORRUPT, path, "slotCount=" + slots + " is no power of two from 2 to "
                    + SlotRing.MAX_SLOT_COUNT, RECREATE);
        }
        long expected = SignalsLayout.fileLength((int) slots);
        long stated = header.getLong(SignalsLayout.FILE_LENGTH);
        if (size != expected || stated != expected) {
            throw wrong(Reason.WRONG_LENGTH, path, "it has " + size + " bytes and states " + stated
                    + ", but its " + slots + " slots need " + expected, RECREATE);
        }
        int clockId = header.getInt(SignalsLayout.CLOCK_ID);
        long base = header.getLong(SignalsLayout.BASE_SEQUENCE);
        if (clockId != SignalsLayout.CLOCK_MONOTONIC || base < 0) {
            throw wrong(Reason.CORRUPT, path, "clockId=" + clockId + " expected=" + SignalsLayout.CLOCK_MONOTONIC
                    + ", baseSequence=" + base + " expected=0 or more", RECREATE);
        }
    }

    /** Whether times and owner mean here what they meant where the file was written. */
    static void host(Path path, HostIdentity file, HostIdentity here) {
        if (!file.isSameBoot(here)) {
            throw wrong(Reason.WRONG_BOOT_ID, path, "it was written before the host was booted: bootId="
                    + file.bootId() + " expected=" + here.bootId(), "start its publisher, which replaces it");
        }
        if (!file.hasSameClock(here)) {
            throw wrong(Reason.WRONG_TIME_NAMESPACE, path, "its clock differs by its time namespace: offsetNs="
                    + file.monotonicOffsetNs() + " here=" + here.monotonicOffsetNs(),
                    "run both sides in one time namespace");
        }
    }

    private static BusException wrong(Reason reason, Path path, String why, String remedy) {
        return new BusException(reason, path.toString(), why, remedy);
    }
}
