package io.tickbus.core.bus;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.layout.CountersLayout;
import io.tickbus.core.layout.SignalsLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads the header of a counters file before it is mapped, and refuses by name what this version cannot read. */
final class CountersCheck {
    private static final String RESTART = "start the daemon again, which makes it anew";

    private CountersCheck() {
    }

    static void layout(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < CountersLayout.HEADER_LENGTH) {
            throw wrong(Reason.WRONG_LENGTH, path, "it has " + size + " bytes, less than a header's "
                    + CountersLayout.HEADER_LENGTH);
        }
        ByteBuffer header = ByteBuffer.allocate(CountersLayout.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        int read = 0;
        while (header.hasRemaining() && read >= 0) {
            read = channel.read(header, header.position());
        }
        identity(path, header);
        sizes(path, header, size);
    }

    private static void identity(Path path, ByteBuffer header) {
        long magic = header.getLong(CountersLayout.MAGIC);
        boolean isSwapped = magic == Long.reverseBytes(CountersLayout.MAGIC_VALUE);
        if (magic != CountersLayout.MAGIC_VALUE && !isSwapped) {
            throw wrong(Reason.WRONG_MAGIC, path, "it is no counters file: magic=0x" + Long.toHexString(magic)
                    + " expected=0x" + Long.toHexString(CountersLayout.MAGIC_VALUE));
        }
        int byteOrder = header.getInt(CountersLayout.BYTE_ORDER);
        if (isSwapped || byteOrder != SignalsLayout.BYTE_ORDER_VALUE) {
            throw wrong(Reason.WRONG_BYTE_ORDER, path, "it is not little-endian: byteOrder=0x"
                    + Integer.toHexString(byteOrder) + " expected=0x"
                    + Integer.toHexString(SignalsLayout.BYTE_ORDER_VALUE) + ", magic=0x" + Long.toHexString(magic));
        }
        int version = header.getInt(CountersLayout.LAYOUT_VERSION);
        if (version != CountersLayout.VERSION) {
            throw new BusException(Reason.WRONG_VERSION, path.toString(),
                    "layoutVersion=" + version + " expected=" + CountersLayout.VERSION,
                    "use the same tickbus version as the daemon");
        }
    }

    private static void sizes(Path path, ByteBuffer header, long size) {
        int headerBytes = header.getInt(CountersLayout.HEADER_BYTES);
        int recordBytes = header.getInt(CountersLayout.RECORD_BYTES);
        if (headerBytes != CountersLayout.HEADER_LENGTH || recordBytes != CountersLayout.COUNTER_LENGTH) {
            throw wrong(Reason.WRONG_RECORD_SIZE, path, "headerBytes=" + headerBytes + " recordBytes=" + recordBytes
                    + " expected=" + CountersLayout.HEADER_LENGTH + " and " + CountersLayout.COUNTER_LENGTH);
        }
        int buckets = header.getInt(CountersLayout.HISTOGRAM_BUCKETS);
        int bucketsPerPower = header.getInt(CountersLayout.HISTOGRAM_BUCKETS_PER_POWER);
        if (buckets != CountersLayout.BUCKET_COUNT || bucketsPerPower != CountersLayout.BUCKETS_PER_POWER) {
            throw wrong(Reason.WRONG_RECORD_SIZE, path, "buckets=" + buckets + " bucketsPerPower=" + bucketsPerPower
                    + " expected=" + CountersLayout.BUCKET_COUNT + " and " + CountersLayout.BUCKETS_PER_POWER);
        }
        long counters = header.getLong(CountersLayout.COUNTER_COUNT);
        if (counters < 1 || counters > CountersLayout.MAX_COUNTER_COUNT) {
            throw wrong(Reason.CORRUPT, path, "counterCount=" + counters + " is not from 1 to "
                    + CountersLayout.MAX_COUNTER_COUNT);
        }
        long expected = CountersLayout.fileLength((int) counters);
        long stated = header.getLong(CountersLayout.FILE_LENGTH);
        if (size != expected || stated != expected) {
            throw wrong(Reason.WRONG_LENGTH, path, "it has " + size + " bytes and states " + stated + ", but its "
                    + counters + " counters need " + expected);
        }
    }

    private static BusException wrong(Reason reason, Path path, String why) {
        return new BusException(reason, path.toString(), why, RESTART);
    }
}
