// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import java.nio.ByteBuffer;

/**
 * A ring of 64-byte slots in shared memory with one writer and any number of readers that the writer does not know.
 *
 * <p>The first word of each slot is its <i>stamp</i>: 0 when never written, {@code −(sequence + 1)} while sequence is
 * being written into it or is among the next to be, {@code sequence + 1} once it is committed. The stamp is at once the
 * valid flag, the version for the reader's check against being overwritten, and what a restarted writer recovers from.
 * It is a sequence lock per slot whose version is never reused.
 *
 * <pre>
 *  writer                                    reader
 *  stamp ← −(s+1)          opaque            stamp = s+1 ?           acquire
 *  store-store fence                         copy the fields         plain
 *  fields                  plain             load-load fence
 *  stamp ← s+1             release           stamp still = s+1 ?     opaque
 * </pre>
 *
 * <p>What would break: without the writer's fence a field of the next lap could be seen under the stamp of this one;
 * without the release, the new stamp could be seen before its fields; without the reader's acquire the copy could
 * hold older fields; without its fence the second load of the stamp could be done before the copy, and a lap in
 * between would not be noticed. A release store alone is not enough in a ring that overwrites.
 *
 * <p><b>Threads:</b> one writer, any readers; this class holds no state of either. <b>Progress:</b> wait-free for the
 * writer; a reader's single attempt is wait-free too. <b>Loss:</b> a reader that was overrun finds out from the stamp.
 *
 * <p>Source: Lamport, <i>Concurrent Reading and Writing</i> (1977); Boehm, <i>Can Seqlocks Get Along With Programming
 * Language Memory Models?</i> (2012).
 */
public final class SlotRing {
    /** The largest number of slots: 2^24, which is 1 GiB of 64-byte records. */
    public static final int MAX_SLOT_COUNT = 1 << 24;

    /** Bytes per slot: one cache line, of which the stamp takes the first 8. */
    public static final int SLOT_LENGTH = 64;
    /** 64-bit words of a slot after the stamp. */
    public static final int FIELD_COUNT = SLOT_LENGTH / Long.BYTES - 1;

    /** The record can be copied. */
    public static final int COMMITTED = 1;
    /** It has not been committed yet. */
    public static final int NOT_YET = 0;
    /** It is gone: a later lap has begun in its slot. */
    public static final int OVERWRITTEN = -1;

    private static final int ROW = 16;

    private final ByteBuffer buffer;
    private final int firstSlotOffset;
    private final int slotCount;
    private final long mask;

    /**
     * Lays a ring over memory; nothing is read or written.
     *
     * @param firstSlotOffset byte offset of slot 0, a multiple of 8
     * @param slotCount       a power of two, 2 to {@link #MAX_SLOT_COUNT}
     */
    public SlotRing(SharedRegion region, int firstSlotOffset, int slotCount) {
        if (Integer.bitCount(slotCount) != 1 || slotCount < 2 || slotCount > MAX_SLOT_COUNT) {
            throw new IllegalArgumentException(
                    "slot count must be a power of two from 2 to " + MAX_SLOT_COUNT + ": slotCount=" + slotCount);
        }
        if (firstSlotOffset + (long) SLOT_LENGTH * slotCount > region.length()) {
            throw new IllegalArgumentException("the ring is longer than its region: slotCount=" + slotCount
                    + " firstSlotOffset=" + firstSlotOffset + " regionLength=" + region.length());
        }
        this.buffer = region.buffer();
        this.firstSlotOffset = firstSlotOffset;
        this.slotCount = slotCount;
        this.mask = slotCount - 1L;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** Slots, a power of two. */
    public int slotCount() {
        return slotCount;
    }

    /** Byte offset, within the region, of the slot that sequence is or will be written to. */
    public int slotOffset(long sequence) {
        return firstSlotOffset + (int) (sequence & mask) * SLOT_LENGTH;
    }

    /**
     * Writer: marks the slot as being written. Fields may be stored from here to {@link #commit}.
     *
     * @return the slot's byte offset; the fields start 8 bytes after it
     */
    public int beginWrite(long sequence) {
        int offset = slotOffset(sequence);
        beginWrite(buffer, offset, sequence);
        return offset;
    }

    static void beginWrite(ByteBuffer buffer, int offset, long sequence) {
        SharedRegion.putLongOpaque(buffer, offset, -(sequence + 1));
        // SYNC slot-begin: pairs with SlotRing.isStillCommitted; without the fence a field of this lap could be seen
        // while the stamp still reads as the last lap's, and a reader would take the mixture for a whole record.
        SharedRegion.storeStoreFence();
    }

    /** Writer: makes the slot that {@link #beginWrite} returned visible as {@code sequence}. */
    public void commit(int offset, long sequence) {
        commit(buffer, offset, sequence);
    }

    static void commit(ByteBuffer buffer, int offset, long sequence) {
        // SYNC slot-publish: pairs with SlotRing.acquireStamp; without release a reader sees the stamp before the
        // fields, a torn deadline for instance.
        SharedRegion.putLongRelease(buffer, offset, sequence + 1);
    }

    /**
     * Reader: what has become of {@code sequence}.
     *
     * @return {@link #COMMITTED}, {@link #NOT_YET} or {@link #OVERWRITTEN}
     */
    public int state(long sequence) {
        long stamp = acquireStamp(buffer, slotOffset(sequence));
        if (stamp == sequence + 1) {
            return COMMITTED;
        }
        return stamp > sequence || stamp < -(sequence + 1) ? OVERWRITTEN : NOT_YET;
    }

    /**
     * Reader, after {@link #state} answered {@link #COMMITTED}: copies the fields of {@code sequence}.
     *
     * @param fields takes the {@link #FIELD_COUNT} words after the stamp
     * @return whether they are whole; if not, the writer has begun a later lap meanwhile
     */
    public boolean copy(long sequence, long[] fields) {
        ByteBuffer memory = buffer;
        int offset = slotOffset(sequence);
        // Written out: a loop costs a nanosecond on the way from one process to the other.
        fields[0] = SharedRegion.getLong(memory, offset + Long.BYTES);
        fields[1] = SharedRegion.getLong(memory, offset + 2 * Long.BYTES);
        fields[2] = SharedRegion.getLong(memory, offset + 3 * Long.BYTES);
        fields[3] = SharedRegion.getLong(memory, offset + 4 * Long.BYTES);
        fields[4] = SharedRegion.getLong(memory, offset + 5 * Long.BYTES);
        fields[5] = SharedRegion.getLong(memory, offset + 6 * Long.BYTES);
        fields[6] = SharedRegion.getLong(memory, offset + 7 * Long.BYTES);
        return isStillCommitted(memory, offset, sequence);
    }

    /**
     * Reader: one attempt to copy the fields of {@code sequence}.
     *
     * @param fields takes the {@link #FIELD_COUNT} words after the stamp; only whole with {@link #COMMITTED}
     * @return {@link #COMMITTED}, {@link #NOT_YET} or {@link #OVERWRITTEN}
     */
    public int read(long sequence, long[] fields) {
        int found = state(sequence);
        return found == COMMITTED && !copy(sequence, fields) ? OVERWRITTEN : found;
    }

    /**
     * Reader, before it reads {@code sequence}: if that is the first of a row of {@value #ROW} whose last is committed,
     * loads from all of them, so that their cache misses overlap. Otherwise does nothing; call it for each sequence.
     *
     * @return a dummy value that stops the JIT from eliminating the loads
     */
    public long prefetch(long sequence) {
        if ((sequence & ROW - 1) != 0 || slotCount < 2 * ROW || stamp(sequence + ROW - 1) != sequence + ROW) {
            return 0;
        }
        ByteBuffer memory = buffer;
        long sum = 0;
        for (long next = sequence + 1; next < sequence + ROW - 1; next++) {
            // Plain is enough: the value is not used.
            sum += SharedRegion.getLong(memory, slotOffset(next));
        }
        return sum;
    }

    private static long acquireStamp(ByteBuffer buffer, int offset) {
        // SYNC slot-publish: pairs with SlotRing.commit; without acquire the copy could be of an earlier lap.
        return SharedRegion.getLongAcquire(buffer, offset);
    }

    private static boolean isStillCommitted(ByteBuffer buffer, int offset, long sequence) {
        // SYNC slot-begin: pairs with SlotRing.beginWrite; without the fence the stamp could be loaded before the
        // fields are, and an overwrite in between would go unnoticed.
        SharedRegion.loadLoadFence();
        return SharedRegion.getLongOpaque(buffer, offset) == sequence + 1;
    }

    /**
     * Reader: whether there is something to do about {@code sequence}: it can be read, or it was overwritten.
     */
    public boolean hasNews(long sequence) {
        long stamp = stamp(sequence);
        return stamp > sequence || stamp < -(sequence + 1);
    }

    /** Reader: how many records are there from {@code sequence} on; some loads, as it searches by halves. */
    public int countFrom(long sequence) {
        int count = 0;
        int end = slotCount + 1;
        // Those up to count are there, that of end is not.
        while (end - count > 1) {
            int middle = (count + end) >>> 1;
            boolean isThere = state(sequence + middle - 1) != NOT_YET;
            count = isThere ? middle : count;
            end = isThere ? end : middle;
        }
        return count;
    }

    /** The stamp of the slot that {@code sequence} maps to. */
    public long stamp(long sequence) {
        return acquireStamp(buffer, slotOffset(sequence));
    }

    /**
     * The oldest sequence a reader can hope for when {@code nextSequence} is about to be, or is being, written.
     *
     * @param baseSequence the first sequence this ring ever held
     */
    public long oldestReadable(long baseSequence, long nextSequence) {
        return Math.max(baseSequence, nextSequence - slotCount + 1);
    }

    /**
     * A new writer's first act: finds where its dead predecessor stopped, from the stamps alone, and clears what it
     * left half-written. Takes about a millisecond per 100,000 slots.
     *
     * <p>The half-written slot keeps a stamp that says <i>being written</i>: its earlier record is gone, and a reader
     * that still wanted that one must learn so, while a reader of the coming one just waits.
     *
     * @param baseSequence the first sequence this ring ever held
     * @return the next sequence to write
     * @throws IllegalStateException when the stamps are not those one writer leaves, naming the first slot at fault
     */
    public long recover(long baseSequence) {
        long next = baseSequence;
        for (int slot = 0; slot < slotCount; slot++) {
            next = Math.max(next, stamp(slot));
        }
        for (int slot = 0; slot < slotCount; slot++) {
            // Counted from nextSequence backwards, each slot must hold the latest sequence that maps to it.
            long sequence = next - 1 - ((next - 1 - slot) & mask);
            long expected = sequence < baseSequence ? 0 : sequence + 1;
            long stamp = stamp(slot);
            boolean isHalfWritten = stamp == -(next + 1) && slot == (next & mask);
            if (stamp != expected && !isHalfWritten) {
                throw new IllegalStateException("slot=" + slot + " stamp=" + stamp + " expected=" + expected
                        + " nextSequence=" + next);
            }
        }
        // Only now, so that nothing is changed in a ring that is refused.
        if (stamp(next) == -(next + 1)) {
            clearFields(slotOffset(next));
        }
        return next;
    }

    private void clearFields(int offset) {
        for (int field = offset + Long.BYTES; field < offset + SLOT_LENGTH; field += Long.BYTES) {
            SharedRegion.putLong(buffer, field, 0);
        }
    }
}
