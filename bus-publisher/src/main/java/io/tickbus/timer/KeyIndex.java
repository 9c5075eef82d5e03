// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import java.util.Arrays;

/**
 * Finds the timer of an owner and a key: linear hashing, whose buckets are lists threaded through the {@link
 * TimerTable}.
 *
 * <p>When a timer is added and there are fewer than two buckets for each timer, the index grows by two: the next
 * buckets in line are split by one more bit of the hash. Most lists are empty or have one timer; each further one costs
 * a cache miss. So there is never a pause for rehashing everything; the longest step allocates {@value #CHUNK_LENGTH}
 * more buckets. The index never shrinks.
 *
 * <p>Clients choose the keys, and a hostile one could choose keys of equal hashes, so the hash depends on a secret of
 * the process.
 *
 * <p>Source: W. Litwin, "Linear hashing: a new tool for file and table addressing", VLDB 1980. The mixing is that of
 * MurmurHash3's finaliser, with a secret before each multiplication.
 */
final class KeyIndex {
    static final int NONE = -1;

    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_LENGTH = 1 << CHUNK_BITS;
    private static final int CHUNK_MASK = CHUNK_LENGTH - 1;

    private static final int BUCKETS_PER_TIMER = 2;

    private final TimerTable table;
    private final long keySecret;
    private final long ownerSecret;
    /** Head of each bucket plus 1, so that 0 means empty; links in the table are encoded alike. */
    private final int[][] chunks;
    private int bucketCount = CHUNK_LENGTH;
    /** All ones; at least {@code bucketCount − 1} and less than twice that. */
    private int mask = CHUNK_MASK;
    private int size;

    KeyIndex(TimerTable table, int capacity, long seed) {
        this.table = table;
        this.keySecret = mix(seed, 0x9E37_79B9_7F4A_7C15L);
        this.ownerSecret = mix(keySecret, seed);
        this.chunks = new int[Math.max(1, (BUCKETS_PER_TIMER * capacity + CHUNK_MASK) >>> CHUNK_BITS)][];
        chunks[0] = new int[CHUNK_LENGTH];
    }

    /** Removes everything. */
    void clear() {
        Arrays.fill(chunks, null);
        chunks[0] = new int[CHUNK_LENGTH];
        bucketCount = CHUNK_LENGTH;
        mask = CHUNK_MASK;
        size = 0;
    }

    int size() {
        return size;
    }

    /** Bytes of the arrays. */
    long sizeBytes() {
        int chunkCount = (bucketCount + CHUNK_MASK) >>> CHUNK_BITS;
        return ((long) chunkCount * CHUNK_LENGTH + chunks.length) * Integer.BYTES;
    }

    /**
     * The timer, or {@link #NONE}.
     *
     * @param hash of owner and key, as everywhere
     */
    int find(long hash, int owner, long key) {
        int timer = first(hash);
        while (timer != NONE && (table.key(timer) != key || table.owner(timer) != owner)) {
            timer = table.link(timer) - 1;
        }
        return timer;
    }

    /** The first timer of the hash's bucket, or {@link #NONE}. */
    int first(long hash) {
        return head(bucketOf(hash)) - 1;
    }

    /** Whether {@link #add} needs no memory. */
    boolean hasSpare() {
        int chunk = (bucketCount + BUCKETS_PER_TIMER - 1) >>> CHUNK_BITS;
        return bucketCount >= BUCKETS_PER_TIMER * (size + 1) || chunk >= chunks.length || chunks[chunk] != null;
    }

    /** Allocates the memory that the next {@link #add} needs. */
    void reserve() {
        if (!hasSpare()) {
            chunks[(bucketCount + BUCKETS_PER_TIMER - 1) >>> CHUNK_BITS] = new int[CHUNK_LENGTH];
        }
    }

    /** Adds a timer whose owner and key are in the table and not yet in the index. */
    void add(long hash, int timer) {
        size++;
        for (int i = 0; i < BUCKETS_PER_TIMER && bucketCount < BUCKETS_PER_TIMER * size; i++) {
            split();
        }
        push(bucketOf(hash), timer);
    }

    /** Removes a timer that is in the index. */
    void remove(long hash, int timer) {
        int bucket = bucketOf(hash);
        int previous = NONE;
        int candidate = head(bucket) - 1;
        while (candidate != timer) {
            previous = candidate;
            candidate = table.link(candidate) - 1;
        }
        if (previous == NONE) {
            head(bucket, table.link(timer));
        } else {
            table.link(previous, table.link(timer));
        }
        size--;
    }

    /** The length of the longest list; for tests. */
    int longestChain() {
        int longest = 0;
        for (int bucket = 0; bucket < bucketCount; bucket++) {
            int length = 0;
            for (int timer = head(bucket) - 1; timer != NONE; timer = table.link(timer) - 1) {
                length++;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private void split() {
        reserve();
        int upper = bucketCount;
        if (upper > mask) {
            mask = (mask << 1) | 1;
        }
        bucketCount++;
        int lower = upper & (mask >>> 1);
        int timer = head(lower) - 1;
        head(lower, 0);
        while (timer != NONE) {
            int next = table.link(timer) - 1;
            push(bucketOf(hashOf(timer)), timer);
            timer = next;
        }
    }

    private void push(int bucket, int timer) {
        table.link(timer, head(bucket));
        head(bucket, timer + 1);
    }

    private int bucketOf(long hash) {
        int bucket = (int) hash & mask;
        return bucket < bucketCount ? bucket : bucket & (mask >>> 1);
    }

    private int head(int bucket) {
        return chunks[bucket >>> CHUNK_BITS][bucket & CHUNK_MASK];
    }

    private void head(int bucket, int head) {
        chunks[bucket >>> CHUNK_BITS][bucket & CHUNK_MASK] = head;
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
