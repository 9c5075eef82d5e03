package io.tickbus.timer;

/**
 * Where a {@link TimingWheel} keeps its timers: two longs each, in chunks that are made as they are needed, so that
 * growing never copies.
 *
 * <pre>
 *   deadline, nanoseconds; of a free timer the next free one                       64 bits
 *   in the run 1 | generation 31 | slot in the lists, see {@link SegmentSlab} 32    64 bits
 * </pre>
 *
 * A free timer has the slot {@link #FREE}. The last freed is the first reused, as it is still in the cache.
 */
final class TimerSlab {
    /** No timer. */
    static final int NONE = -1;
    /** The slot of a timer that nobody has. */
    static final int FREE = -1;
    /** The slot of a timer whose handler runs: taken, but not pending. */
    static final int FIRING = -2;
    /** The slot of a timer that is taken, but waits for nothing. */
    static final int HELD = -3;

    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int LONGS = 2;
    private static final int DEADLINE = 0;
    private static final int STATE = 1;
    private static final long LOW = 0xFFFF_FFFFL;
    private static final long IN_RUN = 1L << 63;
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

    /** Whether a timer was given back. */
    boolean hasFree() {
        return firstFree != NONE;
    }

    /** Whether {@link #take} needs no memory. */
    boolean hasSpare() {
        return hasFree() || usedEver == capacity || chunks[usedEver >>> CHUNK_BITS] != null;
    }

    /** Gets the memory that the next {@link #take} needs. */
    void reserve() {
        if (!hasSpare()) {
            int firstOfChunk = usedEver & ~CHUNK_MASK;
            chunks[usedEver >>> CHUNK_BITS] = new long[LONGS * Math.min(CHUNK_MASK + 1, capacity - firstOfChunk)];
        }
    }

    /** A timer for the caller, or {@link #NONE}. */
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

    /** Gives a timer back; its generation ends. */
    void free(int timer) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        chunk[at + STATE] = (((chunk[at + STATE] & ~LOW) + GENERATION_ONE) & GENERATION_MASK) | LOW;
        chunk[at + DEADLINE] = firstFree;
        firstFree = timer;
    }

    /** Whether a timer of this number was ever taken. */
    boolean isKnown(int timer) {
        return timer >= 0 && timer < usedEver;
    }

    long deadlineNs(int timer) {
        return chunk(timer)[at(timer) + DEADLINE];
    }

    void deadlineNs(int timer, long deadlineNs) {
        chunk(timer)[at(timer) + DEADLINE] = deadlineNs;
    }

    /** Where in the lists it is, or one of the constants above. */
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

    /** Whether it is in the {@link DueRun}, so that who cancels another need not search there. */
    boolean isInRun(int timer) {
        return chunk(timer)[at(timer) + STATE] < 0;
    }

    void isInRun(int timer, boolean isIn) {
        long[] chunk = chunk(timer);
        int at = at(timer) + STATE;
        chunk[at] = isIn ? chunk[at] | IN_RUN : chunk[at] & ~IN_RUN;
    }

    private long[] chunk(int timer) {
        return chunks[timer >>> CHUNK_BITS];
    }

    private static int at(int timer) {
        return LONGS * (timer & CHUNK_MASK);
    }
}
