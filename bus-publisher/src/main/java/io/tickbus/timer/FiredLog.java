package io.tickbus.timer;

/**
 * Remembers for a while which timers that are due once fired as which signal, so that a cancellation which came too
 * late can be answered with it: a place for each hash, where what is written later displaces the earlier. With timers
 * that fire now and then that is the last 65,536 or so; with many at once it may be the last few hundred.
 *
 * <p>An owner is known by its generation and not by its number, which somebody else may have by then.
 */
final class FiredLog {
    static final long NONE = -1;

    private static final int LONGS_BITS = 2;
    private static final int KEY = 0;
    private static final int SEQUENCE = 1;
    private static final int GENERATION = 2;

    private final long[] entries;
    private final int mask;

    /** A log of a number of entries that is a power of two. */
    FiredLog(int entryCount) {
        if (entryCount < 1 || entryCount > 1 << 24 || Integer.bitCount(entryCount) != 1) {
            throw new IllegalArgumentException(
                    "entries must be a power of two up to 16777216: entryCount=" + entryCount);
        }
        entries = new long[entryCount << LONGS_BITS];
        mask = entryCount - 1;
    }

    /**
     * Remembers a firing.
     *
     * @param hash       of owner and key
     * @param generation of the owner, above 0
     */
    void put(long hash, long generation, long key, long sequence) {
        int at = at(hash);
        // First, so that a fault cannot leave half of one and half of another.
        entries[at + GENERATION] = 0;
        entries[at + KEY] = key;
        entries[at + SEQUENCE] = sequence;
        entries[at + GENERATION] = generation;
    }

    /** The sequence of the firing, or {@link #NONE}. */
    long find(long hash, long generation, long key) {
        int at = at(hash);
        return isOf(at, generation, key) ? entries[at + SEQUENCE] : NONE;
    }

    /** Forgets a firing, since a later arming of the key was cancelled. */
    void remove(long hash, long generation, long key) {
        int at = at(hash);
        if (isOf(at, generation, key)) {
            entries[at + GENERATION] = 0;
        }
    }

    /** The generation that stands in the place of a hash; only for who wants to have it in the cache. */
    long generationAt(long hash) {
        return entries[at(hash) + GENERATION];
    }

    private boolean isOf(int at, long generation, long key) {
        return entries[at + GENERATION] == generation && entries[at + KEY] == key;
    }

    private int at(long hash) {
        return ((int) hash & mask) << LONGS_BITS;
    }
}
