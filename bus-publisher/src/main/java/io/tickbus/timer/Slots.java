// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * An array of slots of a {@link KeyIndex}, with linear probing: each timer is at its home or behind it without an empty
 * slot in between. A slot is the upper half of the hash and the timer's number plus 1; an empty one is 0.
 *
 * <p>Nothing wraps around: behind the last home there is room for a cluster that runs over the end.
 */
final class Slots {
    /** Slots that are allocated together. */
    static final int CHUNK_LENGTH = 1 << 14;
    static final int CHUNK_BITS = 14;
    /**
     * More slots than are ever in use without a gap: at a load of seven tenths a cluster of this length is less likely
     * than one in 10^25.
     */
    static final int LONGEST_CLUSTER = 1_024;

    private static final int CHUNK_MASK = CHUNK_LENGTH - 1;
    private static final int HALF = Integer.SIZE;

    private final int bits;
    private final int length;
    private final long[][] chunks;
    private int chunkCount;
    private int firstChunk;

    /** An array of 2 to this power homes, none of it allocated. */
    Slots(int bits) {
        this.bits = bits;
        this.length = (1 << bits) + LONGEST_CLUSTER;
        this.chunks = new long[(length + CHUNK_MASK) >>> CHUNK_BITS][];
    }

    static long slot(long hash, int timer) {
        return (hash >>> HALF << HALF) | (timer + 1);
    }

    int bits() {
        return bits;
    }

    /** Homes, and the room behind them. */
    int length() {
        return length;
    }

    long sizeBytes() {
        return (long) (chunkCount - firstChunk) * CHUNK_LENGTH * Long.BYTES;
    }

    /** Whether this many slots are allocated, or all. */
    boolean has(int count) {
        return (long) chunkCount << CHUNK_BITS >= Math.min(count, length);
    }

    /** Allocates the first {@code count} slots, except those that are already. */
    void reserve(int count) {
        while (!has(count)) {
            chunks[chunkCount] = new long[CHUNK_LENGTH];
            chunkCount++;
        }
    }

    /** Releases what is before a slot. */
    void release(int slot) {
        while (firstChunk < slot >>> CHUNK_BITS) {
            chunks[firstChunk] = null;
            firstChunk++;
        }
    }

    int home(long hash) {
        return (int) (hash >>> (Long.SIZE - bits));
    }

    int timer(int at) {
        return (int) get(at) - 1;
    }

    /** The place of the next timer of this half of the hash, from a slot on; {@link KeyIndex#NONE} for none. */
    int find(long hash, int from) {
        int at = from;
        for (long slot = get(at); slot != 0; slot = get(at)) {
            if ((slot ^ hash) >>> HALF == 0) {
                return at;
            }
            at++;
        }
        return KeyIndex.NONE;
    }

    void add(long slot) {
        int at = home(slot);
        while (get(at) != 0) {
            at++;
        }
        set(at, slot);
    }

    /** Empties a slot, and moves up those behind it that are not at home. */
    void remove(int at) {
        int gap = at;
        int next = at + 1;
        for (long slot = get(next); slot != 0; slot = get(next)) {
            if (home(slot) <= gap) {
                set(gap, slot);
                gap = next;
            }
            next++;
        }
        set(gap, 0);
    }

    /** The length of the longest run of slots in use; for tests. */
    int longestCluster() {
        int longest = 0;
        int run = 0;
        for (int at = firstChunk << CHUNK_BITS; at < Math.min(length, chunkCount << CHUNK_BITS); at++) {
            run = get(at) == 0 ? 0 : run + 1;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    long get(int at) {
        return chunks[at >>> CHUNK_BITS][at & CHUNK_MASK];
    }

    private void set(int at, long slot) {
        chunks[at >>> CHUNK_BITS][at & CHUNK_MASK] = slot;
    }
}
