// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import java.nio.ByteBuffer;

/**
 * The one writer of a {@link SlotRing}: hands out sequences one after the other. It handles a full ring in one of two
 * ways, chosen at construction: <i>overwrite</i> the oldest record, or <i>refuse</i> until the reader has consumed.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> wait-free; {@link #FULL} is returned without waiting. <b>Loss:</b> an
 * overwriting writer loses nothing itself, its readers learn what they missed; a refusing writer loses nothing.
 */
public final class SlotWriter {
    /** The ring is full; nothing was claimed. */
    public static final int FULL = -1;
    private static final int NO_POSITION = -1;
    /** Slots that a refusing writer marks at once. */
    private static final int ROW = 8;

    private final SlotRing ring;
    private final ByteBuffer buffer;
    private final int positionOffset;
    private final SharedRegion consumedRegion;
    private final int consumedOffset;
    private long nextSequence;
    /** Of the next slot; computed in advance, to keep it off the path to the reader. */
    private int nextOffset;
    /** Nothing from here on is written without {@link #refreshLimit}: of a refusing writer, the end of a row. */
    private long limit;
    private long consumedLimit = Long.MIN_VALUE;
    private boolean isStopped;

    private SlotWriter(SlotRing ring, long nextSequence, int positionOffset, SharedRegion consumed,
            int consumedOffset) {
        this.ring = ring;
        this.buffer = ring.buffer();
        this.nextSequence = nextSequence;
        this.nextOffset = ring.slotOffset(nextSequence);
        this.positionOffset = positionOffset;
        this.consumedRegion = consumed;
        this.consumedOffset = consumedOffset;
        this.limit = consumed == null ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    /** A writer that overwrites; {@code nextSequence} as {@link SlotRing#recover} found it. */
    public static SlotWriter overwriting(SlotRing ring, long nextSequence) {
        return new SlotWriter(ring, nextSequence, NO_POSITION, null, 0);
    }

    /**
     * A writer that overwrites and publishes its position after each record.
     *
     * @param positionOffset byte offset, in the ring's region, of the 64-bit word that takes the next sequence
     */
    public static SlotWriter overwriting(SlotRing ring, long nextSequence, int positionOffset) {
        return new SlotWriter(ring, nextSequence, positionOffset, null, 0);
    }

    /**
     * A writer that refuses while {@code slotCount} records wait for the reader.
     *
     * @param consumedOffset byte offset of the 64-bit word in which the reader keeps the next sequence it will read,
     *                       written by {@link #releaseConsumed}
     */
    public static SlotWriter refusing(SlotRing ring, long nextSequence, SharedRegion consumed, int consumedOffset) {
        return new SlotWriter(ring, nextSequence, NO_POSITION, consumed, consumedOffset);
    }

    /** The sequence that the next claim gets. */
    public long nextSequence() {
        return nextSequence;
    }

    /** Begins the next record; returns its byte offset, or {@link #FULL}. */
    public int claim() {
        if (nextSequence >= limit && !refreshLimit()) {
            return FULL;
        }
        SlotRing.beginWrite(buffer, nextOffset, nextSequence);
        return nextOffset;
    }

    /** Commits the claimed record and returns its sequence. */
    public long commit(int offset) {
        return commit(buffer, offset, nextSequence);
    }

    private long commit(ByteBuffer memory, int offset, long sequence) {
        SlotRing.commit(memory, offset, sequence);
        // The offset first: a fault that the JVM reports late may end this call, but not between the two stores.
        int following = ring.slotOffset(sequence + 1);
        nextSequence = sequence + 1;
        nextOffset = following;
        if (positionOffset != NO_POSITION) {
            // SYNC next-sequence: pairs with SignalsHeader.nextSequence; without release a subscriber could wait for a
            // slot that the position promises and that appears unwritten.
            SharedRegion.releaseFence();
            SharedRegion.putLong(memory, positionOffset, sequence + 1);
        }
        return sequence;
    }

    /**
     * Writes the first five fields of a record and leaves the last two as they are. Two stores less are a nanosecond,
     * and keep a caller's compiled code below the size from which the JIT compiler no longer inlines it.
     *
     * @return its sequence, or {@link #FULL}
     */
    public long write(long first, long second, long third, long fourth, long fifth) {
        if (nextSequence >= limit && !refreshLimit()) {
            return FULL;
        }
        ByteBuffer memory = buffer;
        long sequence = nextSequence;
        int offset = nextOffset;
        SlotRing.beginWrite(memory, offset, sequence);
        SharedRegion.putLong(memory, offset + Long.BYTES, first);
        SharedRegion.putLong(memory, offset + 2 * Long.BYTES, second);
        SharedRegion.putLong(memory, offset + 3 * Long.BYTES, third);
        SharedRegion.putLong(memory, offset + 4 * Long.BYTES, fourth);
        SharedRegion.putLong(memory, offset + 5 * Long.BYTES, fifth);
        return commit(memory, offset, sequence);
    }

    /**
     * Writes one record.
     *
     * @param fields the {@link SlotRing#FIELD_COUNT} words after the stamp
     * @return its sequence, or {@link #FULL}
     */
    public long write(long[] fields) {
        if (nextSequence >= limit && !refreshLimit()) {
            return FULL;
        }
        ByteBuffer memory = buffer;
        long sequence = nextSequence;
        int offset = nextOffset;
        SlotRing.beginWrite(memory, offset, sequence);
        SharedRegion.putLong(memory, offset + Long.BYTES, fields[0]);
        SharedRegion.putLong(memory, offset + 2 * Long.BYTES, fields[1]);
        SharedRegion.putLong(memory, offset + 3 * Long.BYTES, fields[2]);
        SharedRegion.putLong(memory, offset + 4 * Long.BYTES, fields[3]);
        SharedRegion.putLong(memory, offset + 5 * Long.BYTES, fields[4]);
        SharedRegion.putLong(memory, offset + 6 * Long.BYTES, fields[5]);
        SharedRegion.putLong(memory, offset + 7 * Long.BYTES, fields[6]);
        return commit(memory, offset, sequence);
    }

    /** Writes one record, all of its words; returns its sequence, or {@link #FULL}. */
    public long write(long first, long second, long third, long fourth, long fifth, long sixth, long seventh) {
        if (nextSequence >= limit && !refreshLimit()) {
            return FULL;
        }
        ByteBuffer memory = buffer;
        long sequence = nextSequence;
        int offset = nextOffset;
        SlotRing.beginWrite(memory, offset, sequence);
        SharedRegion.putLong(memory, offset + Long.BYTES, first);
        SharedRegion.putLong(memory, offset + 2 * Long.BYTES, second);
        SharedRegion.putLong(memory, offset + 3 * Long.BYTES, third);
        SharedRegion.putLong(memory, offset + 4 * Long.BYTES, fourth);
        SharedRegion.putLong(memory, offset + 5 * Long.BYTES, fifth);
        SharedRegion.putLong(memory, offset + 6 * Long.BYTES, sixth);
        SharedRegion.putLong(memory, offset + 7 * Long.BYTES, seventh);
        return commit(memory, offset, sequence);
    }

    /** Ends writing: every further claim or write throws {@link IllegalStateException}. */
    public void stop() {
        isStopped = true;
        limit = Long.MIN_VALUE;
    }

    /** Of a refusing writer, once in a row of slots. */
    private boolean refreshLimit() {
        if (isStopped) {
            throw new IllegalStateException("the writer is closed: open another, which continues the sequence");
        }
        if (nextSequence >= consumedLimit) {
            // SYNC slot-consumed: pairs with SlotWriter.releaseConsumed; without acquire the next lap's fields could be
            // stored before the reader has finished copying this lap's.
            consumedLimit = consumedRegion.getLongAcquire(consumedOffset) + ring.slotCount();
        }
        limit = Math.min(consumedLimit, (nextSequence & -ROW) + ROW);
        if ((nextSequence & ROW - 1) == 0 && nextSequence + ROW <= consumedLimit) {
            beginRow();
        }
        return nextSequence < limit;
    }

    /**
     * Marks the slots of the next records as being written. The reader's cache has their lines, and fetching eight at
     * once takes as long as fetching one; a caller that fences after each record would wait for each.
     */
    private void beginRow() {
        for (long next = nextSequence; next < nextSequence + ROW; next++) {
            ring.beginWrite(next);
        }
    }

    /** The reader's side of a refusing ring: everything before {@code nextSequence} is copied and may be reused. */
    public static void releaseConsumed(SharedRegion region, int offset, long nextSequence) {
        // SYNC slot-consumed: pairs with SlotWriter.refreshLimit; without release the slot could be reused while its
        // fields are still being loaded.
        region.putLongRelease(offset, nextSequence);
    }
}
