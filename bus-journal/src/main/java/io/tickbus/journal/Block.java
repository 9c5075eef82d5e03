package io.tickbus.journal;

import io.tickbus.core.layout.IntentsLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What is written to the journal at once: a header and some records, checked as a whole. One document of the queue.
 * Little-endian.
 *
 * <pre>
 *   0       4       8       12      16          24              32             40             48          56     64
 *  +-------+-------+-------+-------+-----------+---------------+--------------+--------------+-----------+------+
 *  | magic | crc   | length| count | historyId | clockOffsetNs | firstSequence| nextSequence | nextTicket| spare|
 *  +-------+-------+-------+-------+-----------+---------------+--------------+--------------+-----------+------+
 * </pre>
 *
 * <p>{@code crc}: CRC-32C of everything after it. {@code clockOffsetNs}: by how much CLOCK_REALTIME was ahead of
 * CLOCK_MONOTONIC. {@code nextSequence}, {@code nextTicket}: after the block.
 *
 * <p><b>Threads:</b> one.
 */
final class Block {
    static final int HEADER_LENGTH = 64;
    /** Bytes of a block at most: small enough for a processor's cache, large enough that its price does not count. */
    static final int MAX_LENGTH = 256 << 10;
    static final int SIGNAL_LENGTH = (2 + Entry.COMMAND_WORDS) * Long.BYTES;
    static final int GAP_LENGTH = 3 * Long.BYTES;
    /** The ASCII bytes {@code TKJ1}. */
    static final int MAGIC_VALUE = 0x314A_4B54;

    private static final int CRC = 4;
    private static final int LENGTH = 8;
    private static final int COUNT = 12;
    private static final int HISTORY_ID = 16;
    private static final int CLOCK_OFFSET_NS = 24;
    private static final int FIRST_SEQUENCE = 32;
    private static final int NEXT_SEQUENCE = 40;
    private static final int NEXT_TICKET = 48;

    private final byte[] bytes = new byte[MAX_LENGTH];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private int length;
    private int count;

    /** Begins a block. */
    void clear() {
        length = HEADER_LENGTH;
        count = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean hasRoom() {
        return length + Entry.LENGTH + GAP_LENGTH <= MAX_LENGTH;
    }

    void addSignal(long sequence, long[] fields) {
        int at = begin(EntryKind.SIGNAL.header(0, 0), SIGNAL_LENGTH);
        buffer.putLong(at + Long.BYTES, sequence);
        for (int i = 0; i < Entry.COMMAND_WORDS; i++) {
            buffer.putLong(at + (2 + i) * Long.BYTES, fields[i]);
        }
    }

    void addGap(long first, long missed) {
        int at = begin(EntryKind.GAP.header(0, 0), GAP_LENGTH);
        buffer.putLong(at + Long.BYTES, first);
        buffer.putLong(at + 2 * Long.BYTES, missed);
    }

    void add(Entry entry) {
        int at = begin(entry.header, Entry.LENGTH);
        buffer.putLong(at + Long.BYTES, entry.ticket);
        buffer.putLong(at + 2 * Long.BYTES, entry.nextSequence);
        buffer.putLong(at + 3 * Long.BYTES, entry.nowNs);
        for (int i = 0; i < IntentsLayout.BODY_WORDS; i++) {
            buffer.putLong(at + (4 + i) * Long.BYTES, entry.body[i]);
        }
    }

    private int begin(long header, int recordLength) {
        int at = length;
        buffer.putLong(at, header);
        length += recordLength;
        count++;
        return at;
    }

    /** Fills in the header. */
    void finish(long historyId, long clockOffsetNs, long firstSequence, long nextSequence, long nextTicket) {
        buffer.putInt(0, MAGIC_VALUE);
        buffer.putInt(LENGTH, length);
        buffer.putInt(COUNT, count);
        buffer.putLong(HISTORY_ID, historyId);
        buffer.putLong(CLOCK_OFFSET_NS, clockOffsetNs);
        buffer.putLong(FIRST_SEQUENCE, firstSequence);
        buffer.putLong(NEXT_SEQUENCE, nextSequence);
        buffer.putLong(NEXT_TICKET, nextTicket);
        buffer.putLong(NEXT_TICKET + Long.BYTES, 0);
        buffer.putInt(CRC, checksum());
    }

    private int checksum() {
        crc.reset();
        crc.update(bytes, LENGTH, length - LENGTH);
        return (int) crc.getValue();
    }

    /** The bytes that hold it, to be read or to be filled by a reader. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** After the bytes were filled: why this is no block; null where it is one. */
    String fault(int found, boolean isChecked) {
        if (found < HEADER_LENGTH || buffer.getInt(0) != MAGIC_VALUE) {
            return "it does not begin as a block does";
        }
        length = buffer.getInt(LENGTH);
        count = buffer.getInt(COUNT);
        if (length < HEADER_LENGTH || length > found) {
            return "its length is " + length + " and not " + found;
        }
        return isChecked && buffer.getInt(CRC) != checksum() ? "its checksum differs" : null;
    }

    long historyId() {
        return buffer.getLong(HISTORY_ID);
    }

    long clockOffsetNs() {
        return buffer.getLong(CLOCK_OFFSET_NS);
    }

    long firstSequence() {
        return buffer.getLong(FIRST_SEQUENCE);
    }

    long nextSequence() {
        return buffer.getLong(NEXT_SEQUENCE);
    }

    long nextTicket() {
        return buffer.getLong(NEXT_TICKET);
    }

    /** Offset of the first record. */
    static int first() {
        return HEADER_LENGTH;
    }

    /** Offset of the record after one; −1 where that makes no sense. */
    int next(int at) {
        int recordLength = switch (kind(at)) {
            case NONE -> -1;
            case SIGNAL -> SIGNAL_LENGTH;
            case GAP -> GAP_LENGTH;
            default -> Entry.LENGTH;
        };
        return recordLength < 0 || at + recordLength > length ? -1 : at + recordLength;
    }

    EntryKind kind(int at) {
        return EntryKind.of(buffer.getLong(at));
    }

    /** The owner, where the record has one. */
    int owner(int at) {
        return EntryKind.owner(buffer.getLong(at));
    }

    /** SIGNAL: its sequence; GAP: the first that is missing. */
    long sequence(int at) {
        return buffer.getLong(at + Long.BYTES);
    }

    /** GAP: how many are missing. */
    long missing(int at) {
        return buffer.getLong(at + 2 * Long.BYTES);
    }

    void copySignal(int at, long[] fields) {
        for (int i = 0; i < Entry.COMMAND_WORDS; i++) {
            fields[i] = buffer.getLong(at + (2 + i) * Long.BYTES);
        }
    }

    void copy(int at, Entry entry) {
        entry.header = buffer.getLong(at);
        entry.ticket = buffer.getLong(at + Long.BYTES);
        entry.nextSequence = buffer.getLong(at + 2 * Long.BYTES);
        entry.nowNs = buffer.getLong(at + 3 * Long.BYTES);
        for (int i = 0; i < IntentsLayout.BODY_WORDS; i++) {
            entry.body[i] = buffer.getLong(at + (4 + i) * Long.BYTES);
        }
    }
}
