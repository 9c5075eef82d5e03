// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The numbers of timers, and where each timer is: one long a timer, in chunks that are allocated as they are needed, so
 * that growth never copies. Wheels that share their numbers share a slab.
 *
 * <pre>
 *   below 0        pending, in a bucket of {@link BucketRings}
 *   0, 1           {@link #FIRING}, {@link #PAUSED}
 *   3 and above    pending, at this index of the {@link DeadlineHeap}
 *   bit 61         pending, in its {@link SortedRun}
 *   bit 62         free; bits 0 to 31: the next free number plus 1
 * </pre>
 *
 * The last freed is the first reused, as it is still in the cache.
 */
final class TimerSlab {
    /** No timer. */
    static final int NONE = -1;
    /** Of a timer whose handler runs: its number is taken, but it is not pending. */
    static final long FIRING = 0;
    /** Of a paused timer: its number is taken, but it is not pending. */
    static final long PAUSED = 1;

    private static final long FREE = 1L << 62;
    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;

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

    /** Bytes of the arrays. */
    long sizeBytes() {
        long chunkCount = ((long) usedEver + CHUNK_MASK) >>> CHUNK_BITS;
        return chunkCount * Long.BYTES * Math.min(CHUNK_MASK + 1, capacity) + (long) chunks.length * Integer.BYTES;
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
            chunks[usedEver >>> CHUNK_BITS] = new long[Math.min(CHUNK_MASK + 1, capacity - firstOfChunk)];
        }
    }

    /** Takes a free number, or returns {@link #NONE}. */
    int take() {
        int timer = firstFree;
        if (timer != NONE) {
            firstFree = (int) where(timer) - 1;
            return timer;
        }
        if (usedEver == capacity) {
            return NONE;
        }
        reserve();
        return usedEver++;
    }

    /** Frees a number. */
    void free(int timer) {
        where(timer, FREE | (firstFree + 1));
        firstFree = timer;
    }

    /** Where a timer is; for a number that was never taken, the same as for a free one. */
    long find(int timer) {
        return timer >= 0 && timer < usedEver ? where(timer) : FREE;
    }

    /** Whether this is where a pending timer is. */
    static boolean isPending(long where) {
        return where < FIRING || (where > PAUSED && where < FREE);
    }

    /** Where a timer is whose number was taken. */
    long where(int timer) {
        return chunks[timer >>> CHUNK_BITS][timer & CHUNK_MASK];
    }

    void where(int timer, long where) {
        chunks[timer >>> CHUNK_BITS][timer & CHUNK_MASK] = where;
    }
}
