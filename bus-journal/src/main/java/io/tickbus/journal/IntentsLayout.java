// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.internal.layout.SignalsLayout;

/**
 * The {@code intents} file, the journal's write-ahead ring: entries that are not in the journal yet. One page of
 * header, then a ring of 128-byte entries. Little-endian. Only the daemon uses the file: it is in shared memory,
 * survives the daemon, and the next daemon reads it.
 *
 * <pre>
 *  offset
 *     0  identity of the file         written once, at creation             (line 0)
 *    64  history, epoch, journal      written once, at creation             (line 1)
 *   256  consumed                     written as entries reach the journal  (alone on 128 bytes)
 *   512  reserved, zero
 *  4096  entry 0, 1, …
 *
 *  entry:   0       8        16             24      32                 104    112           120          128
 *          +-------+--------+--------------+-------+------------------+------+-------------+------------+
 *          | stamp | header | nextSequence | nowNs | body, nine words | boot | namespaceNs | calendarNs |
 *          +-------+--------+--------------+-------+------------------+------+-------------+------------+
 * </pre>
 *
 * <p>{@code stamp}: ticket + 1, stored once the entry is complete. A slot is reused only after its entry is in the
 * journal, so every stamp whose ticket the journal lacks belongs to a complete entry. {@code nextSequence}: the
 * sequence that the next signal had when the entry was made, which orders entries among signals. {@code boot}, {@code
 * namespaceNs}, {@code calendarNs}: the clock of {@code nowNs} and of the times in the body, so that each entry can be
 * read by itself.
 */
public final class IntentsLayout {
    /** Version of everything in this file. */
    public static final int VERSION = 2;
    /** The ASCII bytes {@code TICKINT1}, read as a little-endian int64. */
    public static final long MAGIC_VALUE = 0x3154_4E49_4B43_4954L;
    /** Bytes before entry 0: one page. */
    public static final int HEADER_LENGTH = 4096;
    /** Bytes of an entry. */
    public static final int ENTRY_LENGTH = 128;
    /** The most entries. */
    public static final int MAX_SLOT_COUNT = 1 << 20;
    /** 64-bit words of an entry's body. */
    public static final int BODY_WORDS = 9;

    /** int64: history of the bus, {@link SignalsLayout#HISTORY_ID}. */
    public static final int HISTORY_ID = 64;
    /** int64: epoch of the daemon. */
    public static final int EPOCH = HISTORY_ID + Long.BYTES;
    /** int64: id of the journal, a random number. */
    public static final int JOURNAL_ID = EPOCH + Long.BYTES;
    /** int64, release: the first ticket that is not in the journal. */
    public static final int CONSUMED = 256;

    /** int64, release: ticket + 1. */
    public static final int STAMP = 0;
    /** int64: kind, durability, owner and user, as the journal defines them. */
    public static final int HEADER = STAMP + Long.BYTES;
    /** int64: sequence of the next signal. */
    public static final int NEXT_SEQUENCE = HEADER + Long.BYTES;
    /** int64: CLOCK_MONOTONIC nanoseconds. */
    public static final int NOW_NS = NEXT_SEQUENCE + Long.BYTES;
    /** Nine int64. */
    public static final int BODY = NOW_NS + Long.BYTES;
    /** int64: the boot id's upper half exclusive-or its lower half, except for bit 0; 0 if unknown. */
    public static final int BOOT = BODY + BODY_WORDS * Long.BYTES;
    /** int64: nanoseconds that the daemon's time namespace adds to CLOCK_MONOTONIC. */
    public static final int NAMESPACE_NS = BOOT + Long.BYTES;
    /** int64: CLOCK_REALTIME minus CLOCK_MONOTONIC in that namespace, in nanoseconds. */
    public static final int CALENDAR_NS = NAMESPACE_NS + Long.BYTES;

    private IntentsLayout() {
    }

    /** Length in bytes of a file with this many entries. */
    public static long fileLength(int slotCount) {
        return HEADER_LENGTH + (long) slotCount * ENTRY_LENGTH;
    }
}
