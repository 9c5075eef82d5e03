// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * Remembers for a while which one-shot timers fired as which signal, so that a cancel that came too late can be
 * answered with it. Each hash has one place, where a later firing displaces an earlier one. If timers fire now and
 * then, the log has about the last 65,536 of them; if many fire at once, it may have the last few hundred.
 *
 * <p>An owner is identified by its generation, as its number may have been reused.
 */
final class FiredLog {
    static final long NONE = -1;

    private static final int LONGS_BITS = 2;
    private static final int KEY = 0;
    private static final int SEQUENCE = 1;
    private static final int GENERATION = 2;

    private final long[] entries;
    private final int mask;

    /** A log with this many places, a power of two. */
    FiredLog(int entryCount) {
        if (entryCount < 1 || entryCount > 1 << 24 || Integer.bitCount(entryCount) != 1) {
            throw new IllegalArgumentException(
                    "entries must be a power of two up to 16777216: entryCount=" + entryCount);
        }
        entries = new long[entryCount << LONGS_BITS];
        mask = entryCount - 1;
    }

    /**
     * Logs a firing.
     *
     * @param hash       of owner and key
     * @param generation of the owner, above 0
     */
    void put(long hash, long generation, long key, long sequence) {
        int at = at(hash);
        // First, so that a fault cannot leave a mixture of two firings.
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

    /** Loads the place of a hash, so that it is in the cache; the result is meaningless. */
    long prefetch(long hash) {
        return entries[at(hash) + GENERATION];
    }

    private boolean isOf(int at, long generation, long key) {
        return entries[at + GENERATION] == generation && entries[at + KEY] == key;
    }

    private int at(long hash) {
        return ((int) hash & mask) << LONGS_BITS;
    }
}
