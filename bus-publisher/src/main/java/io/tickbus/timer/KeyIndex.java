// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * Finds the timer of an owner and a key: a hash table with linear probing. A slot holds half of the hash beside the
 * timer's number, so that adding and removing a timer, and not finding one, cost one cache miss and none in the {@link
 * TimerTable}.
 *
 * <p>A timer's home is given by the highest bits of its hash. So slots {@code 2i} and {@code 2i + 1} of an array of
 * twice the length get what slot {@code i} has, and growing reads one array and writes the other from the first to the
 * last slot: {@value #MOVED} slots with each timer that is added. There is never a pause for rehashing everything; the
 * longest step allocates {@value Slots#CHUNK_LENGTH} slots. The index never shrinks.
 *
 * <p>Clients choose the keys, and a hostile one could choose keys of equal hashes, so the hash depends on a secret of
 * the process.
 *
 * <p>Source: Knuth, <i>The Art of Computer Programming</i>, vol. 3, 6.4, algorithms L and R; Amble and Knuth, "Ordered
 * Hash Tables" (1974), for the order. The mixing is that of MurmurHash3's finaliser, with a secret before each
 * multiplication.
 */
final class KeyIndex {
    static final int NONE = -1;

    private static final int MIN_BITS = Slots.CHUNK_BITS;
    /** Slots that are moved to the larger array at least, with each timer that is added. */
    private static final int MOVED = 16;
    /** In eighths: the load at which the index grows, and the highest without the memory for that. */
    private static final int GROWING_LOAD = 5;
    private static final int HIGHEST_LOAD = 6;

    private final TimerTable table;
    private final long keySecret;
    private final long ownerSecret;
    private final int maxBits;
    private Slots slots;
    /** While the index grows: the array of half the length, of which the slots before {@code moved} are moved. */
    private Slots old;
    /** Nothing from here on has its home before. */
    private int moved;
    private int size;

    KeyIndex(TimerTable table, int capacity, long seed) {
        this.table = table;
        this.keySecret = mix(seed, 0x9E37_79B9_7F4A_7C15L);
        this.ownerSecret = mix(keySecret, seed);
        this.maxBits = Math.max(MIN_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(capacity));
        clear();
    }

    /** Removes everything. */
    void clear() {
        slots = new Slots(MIN_BITS);
        slots.reserve(slots.length());
        old = null;
        size = 0;
    }

    int size() {
        return size;
    }

    /** Bytes of the arrays. */
    long sizeBytes() {
        return slots.sizeBytes() + (old == null ? 0 : old.sizeBytes());
    }

    /**
     * The timer, or {@link #NONE}.
     *
     * @param hash of owner and key, as everywhere
     */
    int find(long hash, int owner, long key) {
        Slots in = slotsOf(hash);
        for (int at = in.find(hash, in.home(hash)); at != NONE; at = in.find(hash, at + 1)) {
            int timer = in.timer(at);
            if (table.key(timer) == key && table.owner(timer) == owner) {
                return timer;
            }
        }
        return NONE;
    }

    /** The first timer whose hash looks alike, or {@link #NONE}; it is the one to find but for a rare coincidence. */
    int first(long hash) {
        Slots in = slotsOf(hash);
        int at = in.find(hash, in.home(hash));
        return at == NONE ? NONE : in.timer(at);
    }

    /** Loads the home of a hash, so that it is in the cache; the result is meaningless. */
    long prefetch(long hash) {
        Slots in = slotsOf(hash);
        return in.get(in.home(hash));
    }

    /** Whether the index need not grow now, or has the memory for it. */
    boolean hasSpare() {
        return !mustGrow() && canMove();
    }

    /** Whether there is room for {@link #add} even if the index cannot grow. */
    boolean hasRoom() {
        return hasSpare() || !isLoaded(old == null ? slots : old, HIGHEST_LOAD);
    }

    private boolean canMove() {
        return old == null || slots.has(neededLength());
    }

    /** Allocates the memory for the next step of growing. */
    void reserve() {
        if (mustGrow()) {
            Slots larger = new Slots(slots.bits() + 1);
            old = slots;
            slots = larger;
            moved = 0;
        }
        if (old != null) {
            slots.reserve(neededLength());
        }
    }

    private boolean mustGrow() {
        return old == null && slots.bits() < maxBits && isLoaded(slots, GROWING_LOAD);
    }

    private boolean isLoaded(Slots homes, int eighths) {
        return size >= (1 << homes.bits()) / Byte.SIZE * eighths;
    }

    /** How far the larger array can be in use after the next step. */
    private int neededLength() {
        return 2 * (moved + MOVED + Slots.LONGEST_CLUSTER) + Slots.LONGEST_CLUSTER;
    }

    /** Adds a timer whose owner and key are in the table and not yet in the index, which must have room. */
    void add(long hash, int timer) {
        if (old != null && canMove()) {
            move();
        }
        slotsOf(hash).add(Slots.slot(hash, timer));
        size++;
    }

    /** Removes a timer that is in the index. */
    void remove(long hash, int timer) {
        Slots in = slotsOf(hash);
        int at = in.home(hash);
        while (in.timer(at) != timer) {
            at++;
        }
        in.remove(at);
        size--;
    }

    /** The length of the longest run of slots in use; for tests. */
    int longestCluster() {
        return Math.max(slots.longestCluster(), old == null ? 0 : old.longestCluster());
    }

    private Slots slotsOf(long hash) {
        return old != null && old.home(hash) >= moved ? old : slots;
    }

    /** Moves whole clusters, so that what is left has its home among what is left. */
    private void move() {
        int end = moved + MOVED;
        while (moved < old.length() && (moved < end || old.get(moved) != 0)) {
            if (old.get(moved) != 0) {
                slots.add(old.get(moved));
            }
            moved++;
        }
        old.release(moved);
        if (moved == old.length()) {
            old = null;
        }
    }

    /** The hash of the owner and key of a timer in the table. */
    long hashOf(int timer) {
        return hash(table.owner(timer), table.key(timer));
    }

    /** A hash that depends on the secret; every bit of owner and key affects every bit of it. */
    long hash(int owner, long key) {
        return mix(key ^ keySecret, ownerSecret + owner * 0x9E37_79B9_7F4A_7C15L);
    }

    private static long mix(long value, long secret) {
        long hash = (value ^ (value >>> 33)) * 0xFF51_AFD7_ED55_8CCDL;
        hash ^= secret;
        hash = (hash ^ (hash >>> 33)) * 0xC4CE_B9FE_1A85_EC53L;
        return hash ^ (hash >>> 33);
    }
}
