package io.tickbus.publisher.timer;

/**
 * Where a {@link TimingWheel} keeps its timers: three longs each, in chunks that are made as they are needed, so that
 * growing never copies.
 *
 * <pre>
 *   deadline, nanoseconds                           64 bits
 *   next in the list 32 | previous in the list      32 bits
 *   generation       32 | bucket it is in           32 bits
 * </pre>
 *
 * A free timer has the bucket {@link #FREE}, and its next is the next free one: the last freed is the first reused, as
 * it is still in the cache.
 */
final class TimerSlab {
    /** No timer: the end of a list. */
    static final int NONE = -1;
    /** The bucket of a timer that nobody has. */
    static final int FREE = -1;
    /** The bucket of a timer whose handler runs: taken, but not pending. */
    static final int FIRING = -2;
    /** The bucket of a timer that is taken, but waits for nothing. */
    static final int HELD = -3;

    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int LONGS = 3;
    private static final int DEADLINE = 0;
    private static final int LINKS = 1;
    private static final int STATE = 2;
    private static final long LOW = 0xFFFF_FFFFL;
    private static final int GENERATION_MASK = Integer.MAX_VALUE;

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

    /** A timer for the caller, or {@link #NONE}. */
    int take() {
        int timer = firstFree;
        if (timer != NONE) {
            firstFree = next(timer);
            return timer;
        }
        if (usedEver == capacity) {
            return NONE;
        }
        timer = usedEver++;
        if (chunks[timer >>> CHUNK_BITS] == null) {
            chunks[timer >>> CHUNK_BITS] = new long[LONGS * Math.min(CHUNK_MASK + 1, capacity - timer)];
        }
        return timer;
    }

    /** Gives a timer back; its generation ends. */
    void free(int timer) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        int generation = ((int) (chunk[at + STATE] >>> 32) + 1) & GENERATION_MASK;
        chunk[at + STATE] = (long) generation << 32 | LOW;
        chunk[at + LINKS] = (long) firstFree << 32;
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

    int next(int timer) {
        return (int) (chunk(timer)[at(timer) + LINKS] >>> 32);
    }

    int previous(int timer) {
        return (int) chunk(timer)[at(timer) + LINKS];
    }

    long links(int timer) {
        return chunk(timer)[at(timer) + LINKS];
    }

    void links(int timer, int previous, int next) {
        chunk(timer)[at(timer) + LINKS] = (long) next << 32 | (previous & LOW);
    }

    void next(int timer, int next) {
        long[] chunk = chunk(timer);
        int at = at(timer) + LINKS;
        chunk[at] = (long) next << 32 | (chunk[at] & LOW);
    }

    void previous(int timer, int previous) {
        long[] chunk = chunk(timer);
        int at = at(timer) + LINKS;
        chunk[at] = (chunk[at] & ~LOW) | (previous & LOW);
    }

    int bucket(int timer) {
        return (int) chunk(timer)[at(timer) + STATE];
    }

    void bucket(int timer, int bucket) {
        long[] chunk = chunk(timer);
        int at = at(timer) + STATE;
        chunk[at] = (chunk[at] & ~LOW) | (bucket & LOW);
    }

    int generation(int timer) {
        return (int) (chunk(timer)[at(timer) + STATE] >>> 32);
    }

    private long[] chunk(int timer) {
        return chunks[timer >>> CHUNK_BITS];
    }

    private static int at(int timer) {
        return LONGS * (timer & CHUNK_MASK);
    }
}
