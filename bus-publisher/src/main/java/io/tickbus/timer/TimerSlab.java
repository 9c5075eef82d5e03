// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The timers of a {@link TimingWheel}: two longs each, in chunks that are allocated as they are needed, so that growth
 * never copies.
 *
 * <pre>
 *   deadline, nanoseconds; for a free number the next free one                     64 bits
 *   near 1     | generation 31 | slot in the lists, see {@link SegmentSlab} 32    64 bits
 * </pre>
 *
 * A free number has the slot {@link #FREE}. The last freed is the first reused, as it is still in the cache.
 */
final class TimerSlab {
    /** No timer. */
    static final int NONE = -1;
    /** The slot of a free number. */
    static final int FREE = -1;
    /** The slot of a timer whose handler runs: its number is taken, but it is not pending. */
    static final int FIRING = -2;
    /** The slot of a paused timer: its number is taken, but it is not pending. */
    static final int PAUSED = -3;

    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int LONGS = 2;
    private static final int DEADLINE = 0;
    private static final int STATE = 1;
    private static final long LOW = 0xFFFF_FFFFL;
    private static final long NEAR = 1L << 63;
    private static final long GENERATION_ONE = 1L << 32;
    private static final long GENERATION_MASK = (long) Integer.MAX_VALUE << 32;

    private final long[][] chunks;
    private final int capacity;
    private int firstFree = NONE;
    private int usedEver;

    TimerSlab(int capacity) {
        this.capacity = capacity;
        this.chunks = new long[(capacity + CHUNK_MASK) >>> CHUNK_BITS][];
    }

    int capacity() {
        return capacity;
    }

    /** Bytes of the arrays, their headers included. */
    long sizeBytes() {
        long size = 16 + 4L * chunks.length;
        for (long[] chunk : chunks) {
            size += chunk == null ? 0 : 16 + 8L * chunk.length;
        }
        return size;
    }

    /** Whether a number was freed. */
    boolean hasFree() {
        return firstFree != NONE;
    }

    /** Whether {@link #take} needs no memory. */
    boolean hasSpare() {
        return hasFree() || usedEver == capacity || chunks[usedEver >>> CHUNK_BITS] != null;
    }

    /** Allocates the memory that the next {@link #take} needs. */
    void reserve() {
        if (!hasSpare()) {
            int firstOfChunk = usedEver & ~CHUNK_MASK;
            chunks[usedEver >>> CHUNK_BITS] = new long[LONGS * Math.min(CHUNK_MASK + 1, capacity - firstOfChunk)];
        }
    }

    /** Takes a free number, or returns {@link #NONE}. */
    int take() {
        int timer = firstFree;
        if (timer != NONE) {
            firstFree = (int) deadlineNs(timer);
            return timer;
        }
        if (usedEver == capacity) {
            return NONE;
        }
        reserve();
        return usedEver++;
    }

    /** Frees a number; its generation ends. */
    void free(int timer) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        chunk[at + STATE] = (((chunk[at + STATE] & ~LOW) + GENERATION_ONE) & GENERATION_MASK) | LOW;
        chunk[at + DEADLINE] = firstFree;
        firstFree = timer;
    }

    /** Whether this number was ever taken. */
    boolean isKnown(int timer) {
        return timer >= 0 && timer < usedEver;
    }

    long deadlineNs(int timer) {
        return chunk(timer)[at(timer) + DEADLINE];
    }

    void deadlineNs(int timer, long deadlineNs) {
        chunk(timer)[at(timer) + DEADLINE] = deadlineNs;
    }

    /** The slot of the lists that has the timer, or one of the constants above. */
    int slot(int timer) {
        return (int) chunk(timer)[at(timer) + STATE];
    }

    void slot(int timer, int slot) {
        long[] chunk = chunk(timer);
        int at = at(timer) + STATE;
        chunk[at] = (chunk[at] & ~LOW) | (slot & LOW);
    }

    int generation(int timer) {
        return (int) (chunk(timer)[at(timer) + STATE] >>> 32) & Integer.MAX_VALUE;
    }

    /** Whether the timer is in the {@link NearBuffer}, so that a removal need not search there for any other. */
    boolean isNear(int timer) {
        return chunk(timer)[at(timer) + STATE] < 0;
    }

    void setNear(int timer, boolean isNear) {
        long[] chunk = chunk(timer);
        int at = at(timer) + STATE;
        chunk[at] = isNear ? chunk[at] | NEAR : chunk[at] & ~NEAR;
    }

    private long[] chunk(int timer) {
        return chunks[timer >>> CHUNK_BITS];
    }

    private static int at(int timer) {
        return LONGS * (timer & CHUNK_MASK);
    }
}
