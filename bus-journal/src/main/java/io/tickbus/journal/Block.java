// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The unit of writing: a header and some records with one checksum. One document of the queue. Little-endian.
 *
 * <pre>
 *   0       4       8       12      16          24     32            40           48
 *  +-------+-------+-------+-------+-----------+------+-------------+------------+-----------+
 *  | magic | crc   | length| count | historyId | boot | namespaceNs | calendarNs | writtenNs |
 *  +-------+-------+-------+-------+-----------+------+-------------+------------+-----------+
 *   56              64             72           80
 *  +---------------+--------------+------------+
 *  | firstSequence | nextSequence | nextTicket |
 *  +---------------+--------------+------------+
 * </pre>
 *
 * <p>{@code crc}: CRC-32C of everything after it. {@code boot}, {@code namespaceNs}, {@code calendarNs}: the {@link
 * JournalClock} of all times in the block; entries of another clock are in another block. {@code writtenNs}: when the
 * block was written, by that clock. {@code nextSequence}, {@code nextTicket}: after the block.
 *
 * <p><b>Threads:</b> one.
 */
final class Block {
    static final int HEADER_LENGTH = 80;
    /** The most bytes of a block: small enough for a CPU's cache, large enough to amortise the cost per block. */
    static final int MAX_LENGTH = 256 << 10;
    static final int SIGNAL_LENGTH = (2 + Entry.COMMAND_WORDS) * Long.BYTES;
    static final int GAP_LENGTH = 3 * Long.BYTES;
    /** The ASCII bytes {@code TKJ2}: layout version 2. */
    static final int MAGIC_VALUE = 0x324A_4B54;

    private static final int CRC = 4;
    private static final int LENGTH = 8;
    private static final int COUNT = 12;
    private static final int HISTORY_ID = 16;
    private static final int BOOT = HISTORY_ID + Long.BYTES;
    private static final int NAMESPACE_NS = BOOT + Long.BYTES;
    private static final int CALENDAR_NS = NAMESPACE_NS + Long.BYTES;
    private static final int WRITTEN_NS = CALENDAR_NS + Long.BYTES;
    private static final int FIRST_SEQUENCE = WRITTEN_NS + Long.BYTES;
    private static final int NEXT_SEQUENCE = FIRST_SEQUENCE + Long.BYTES;
    private static final int NEXT_TICKET = NEXT_SEQUENCE + Long.BYTES;

    private final byte[] bytes = new byte[MAX_LENGTH];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private int length;
    private int count;
    private JournalClock clock = JournalClock.NONE;

    /** Begins a block. */
    void clear() {
        length = HEADER_LENGTH;
        count = 0;
    }

    /** Whether times of this clock may be in this block; an empty block takes the clock as its own. */
    boolean admits(JournalClock of) {
        if (count == 0) {
            clock = of;
        }
        return clock.equals(of);
    }

    /** As {@link #admits}, but ignores a change of CLOCK_REALTIME, which does not affect signals. */
    boolean admitsSignals(JournalClock of) {
        return admits(of) || clock.isSameMonotonic(of);
    }

    /** Converts a time of another clock to the block's clock; while the block is being filled. */
    long timeOf(JournalClock of, long ns) {
        return ns + of.deltaTo(clock);
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
    void finish(long historyId, long writtenNs, long firstSequence, long nextSequence, long nextTicket) {
        buffer.putInt(0, MAGIC_VALUE);
        buffer.putInt(LENGTH, length);
        buffer.putInt(COUNT, count);
        buffer.putLong(HISTORY_ID, historyId);
        buffer.putLong(BOOT, clock.boot());
        buffer.putLong(NAMESPACE_NS, clock.namespaceNs());
        buffer.putLong(CALENDAR_NS, clock.calendarNs());
        buffer.putLong(WRITTEN_NS, writtenNs);
        buffer.putLong(FIRST_SEQUENCE, firstSequence);
        buffer.putLong(NEXT_SEQUENCE, nextSequence);
        buffer.putLong(NEXT_TICKET, nextTicket);
        buffer.putInt(CRC, checksum());
    }

    private int checksum() {
        crc.reset();
        crc.update(bytes, LENGTH, length - LENGTH);
        return (int) crc.getValue();
    }

    /** The block's bytes; a reader fills them. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** After a reader has filled the bytes: why they are not a valid block, or null if they are. */
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

    /** The length that a block at an offset of a buffer states. */
    static int length(ByteBuffer from, int at) {
        return from.getInt(at + LENGTH);
    }

    long historyId() {
        return buffer.getLong(HISTORY_ID);
    }

    /** The clock of all times in the block. */
    JournalClock clock() {
        clock = clock.with(buffer.getLong(BOOT), buffer.getLong(NAMESPACE_NS), buffer.getLong(CALENDAR_NS));
        return clock;
    }

    /** When the block was written, by {@link #clock}. */
    long writtenNs() {
        return buffer.getLong(WRITTEN_NS);
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

    /** Offset of the next record; −1 if this record is invalid. */
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

    /** The owner, if the record has one. */
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
        entry.clock = clock;
        for (int i = 0; i < IntentsLayout.BODY_WORDS; i++) {
            entry.body[i] = buffer.getLong(at + (4 + i) * Long.BYTES);
        }
    }
}
