// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import java.util.Arrays;

/**
 * The nodes of a {@link DeadlineTrie}: 16 buckets each, in chunks that are allocated as they are needed. The node
 * {@link #ROOT} always exists and covers every deadline.
 *
 * <pre>
 *   16 buckets, see {@link Bucket}                                     64 bits each
 *   any deadline that the node covers                                  64 bits
 *   index of the parent's bucket 32 | shift 16 | one bit per bucket    16 bits
 * </pre>
 *
 * A bucket of a node of shift {@code s} covers {@code 2^s} ns. The node covers the {@code 2^(s+4)} deadlines that
 * differ in their lowest {@code s + 4} bits only. The index of a bucket is {@code node << 4 | number of the bucket}.
 */
final class NodeSlab {
    static final int ROOT = 0;
    static final int BUCKETS = 16;
    static final int BUCKET_BITS = 4;
    /** Bytes of a node. */
    static final int NODE_LENGTH = (BUCKETS + 2) * Long.BYTES;

    private static final int ROOT_SHIFT = 60;

    /** More nodes than one step takes. */
    private static final int SPARE = 8;
    private static final int CHUNK_BITS = 9;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int INDEX_MASK = (BUCKETS << CHUNK_BITS) - 1;
    private static final int HEAD_LONGS = 2;
    private static final int COVERED = 0;
    private static final int STATE = 1;
    private static final int NONE = -1;
    private static final int OCCUPIED_MASK = 0xFFFF;
    private static final int SHIFT_SHIFT = 16;
    private static final int SHIFT_MASK = 0x3F;
    private static final int HINT_MASK = (1 << 12) - 1;

    private long[][] buckets = new long[16][];
    private long[][] heads = new long[16][];
    /** Nodes that were found lately, by the digits of the deadline above those of the latest node. */
    private final int[] hints = new int[HINT_MASK + 1];
    private int hintShift;
    private int firstFree = NONE;
    private int freeCount;
    private int usedEver;

    NodeSlab() {
        take(0, ROOT_SHIFT, NONE);
    }

    /** Bytes of the arrays, their headers included. */
    long sizeBytes() {
        long chunkCount = ((long) usedEver + CHUNK_MASK) >>> CHUNK_BITS;
        return 16 + 4L * hints.length + 2 * (16 + 4L * buckets.length)
                + chunkCount * (2 * 16 + ((long) NODE_LENGTH << CHUNK_BITS));
    }

    /** Whether the next step needs no memory. */
    boolean hasSpare() {
        int chunk = (usedEver + SPARE) >>> CHUNK_BITS;
        return freeCount >= SPARE || (chunk < heads.length && heads[chunk] != null);
    }

    /** Allocates the memory that the next step needs. */
    void reserve() {
        if (!hasSpare()) {
            makeChunk((usedEver + SPARE) >>> CHUNK_BITS);
        }
    }

    /** Takes an empty node that covers a deadline; it is not linked yet. */
    int take(long deadlineNs, int shift, int parent) {
        int node = firstFree;
        if (node == NONE) {
            node = usedEver;
            makeChunk(node >>> CHUNK_BITS);
            usedEver++;
        } else {
            firstFree = (int) coveredNs(node);
            freeCount--;
        }
        int first = (node & CHUNK_MASK) << BUCKET_BITS;
        Arrays.fill(buckets[node >>> CHUNK_BITS], first, first + BUCKETS, Bucket.EMPTY);
        coveredNs(node, deadlineNs);
        state(node, (long) parent << 32 | (long) shift << SHIFT_SHIFT);
        return node;
    }

    void free(int node) {
        coveredNs(node, firstFree);
        state(node, 0);
        firstFree = node;
        freeCount++;
    }

    private void makeChunk(int chunk) {
        if (chunk == heads.length) {
            buckets = Arrays.copyOf(buckets, 2 * chunk);
            heads = Arrays.copyOf(heads, 2 * chunk);
        }
        if (heads[chunk] == null) {
            buckets[chunk] = new long[BUCKETS << CHUNK_BITS];
            heads[chunk] = new long[HEAD_LONGS << CHUNK_BITS];
        }
    }

    boolean isCovering(int node, long deadlineNs) {
        return isCovering(node, shift(node), deadlineNs);
    }

    private boolean isCovering(int node, int shift, long deadlineNs) {
        return (coveredNs(node) ^ deadlineNs) >>> shift >>> BUCKET_BITS == 0;
    }

    /** A deadline that the node covers. */
    long coveredNs(int node) {
        return heads[node >>> CHUNK_BITS][(node & CHUNK_MASK) * HEAD_LONGS + COVERED];
    }

    private void coveredNs(int node, long coveredNs) {
        heads[node >>> CHUNK_BITS][(node & CHUNK_MASK) * HEAD_LONGS + COVERED] = coveredNs;
    }

    int shift(int node) {
        return (int) (state(node) >>> SHIFT_SHIFT) & SHIFT_MASK;
    }

    /** The index of the parent's bucket that has the node. */
    int parent(int node) {
        return (int) (state(node) >>> 32);
    }

    void parent(int node, int parent) {
        state(node, (long) parent << 32 | (state(node) & 0xFFFF_FFFFL));
    }

    private long state(int node) {
        return heads[node >>> CHUNK_BITS][(node & CHUNK_MASK) * HEAD_LONGS + STATE];
    }

    private void state(int node, long state) {
        heads[node >>> CHUNK_BITS][(node & CHUNK_MASK) * HEAD_LONGS + STATE] = state;
    }

    /** The index of the bucket of this node that covers the deadline. */
    int bucketIndex(int node, long deadlineNs) {
        return node << BUCKET_BITS | digit(shift(node), deadlineNs);
    }

    private static int digit(int shift, long deadlineNs) {
        // Earlier deadlines must have lower digits, including negative deadlines.
        return (int) ((deadlineNs ^ Long.MIN_VALUE) >>> shift) & (BUCKETS - 1);
    }

    /** The index of the bucket of a deadline, see {@link #bucketIndexBelow}, searched from a node found lately. */
    int bucketIndex(long deadlineNs) {
        int from = hints[(int) (deadlineNs >>> hintShift) & HINT_MASK];
        // A node that covers the deadline is on the path to its bucket, unless it is free and has no bucket in use.
        if (!isCovering(from, deadlineNs) || occupied(from) == 0) {
            from = ROOT;
        }
        int index = bucketIndexBelow(from, deadlineNs);
        if (index >>> BUCKET_BITS != from) {
            remember(index >>> BUCKET_BITS, deadlineNs);
        }
        return index;
    }

    private void remember(int node, long deadlineNs) {
        hintShift = Math.min(shift(node) + BUCKET_BITS, SHIFT_MASK);
        hints[(int) (deadlineNs >>> hintShift) & HINT_MASK] = node;
    }

    /** Whether a node is found without a descent from the root; for tests. */
    boolean isHinted(int node, long deadlineNs) {
        return hints[(int) (deadlineNs >>> hintShift) & HINT_MASK] == node;
    }

    /**
     * The index of a deadline's bucket, searched from a node that covers it: a bucket that is empty, has a list, or has
     * a node that does not cover the deadline. The descent loads only buckets and covered deadlines.
     */
    int bucketIndexBelow(int from, long deadlineNs) {
        int index = bucketIndex(from, deadlineNs);
        long bucket = bucket(index);
        while (Bucket.isNode(bucket)) {
            int node = Bucket.nodeOf(bucket);
            int shift = Bucket.shiftOf(bucket);
            if (!isCovering(node, shift, deadlineNs)) {
                break;
            }
            index = node << BUCKET_BITS | digit(shift, deadlineNs);
            bucket = bucket(index);
        }
        return index;
    }

    /** The word for the parent's bucket. */
    long word(int node) {
        return Bucket.node(node, shift(node));
    }

    /** One bit for each bucket that is in use. */
    int occupied(int node) {
        return (int) state(node) & OCCUPIED_MASK;
    }

    /** How many nodes exist, including free ones; for tests. */
    int usedEver() {
        return usedEver;
    }

    /** The free node after this one, or the first if this is NONE; NONE at the end; for tests. */
    int nextFree(int node) {
        return node == NONE ? firstFree : (int) coveredNs(node);
    }

    private static long bit(int index) {
        return 1L << (index & (BUCKETS - 1));
    }

    long bucket(int index) {
        return buckets[index >>> (CHUNK_BITS + BUCKET_BITS)][index & INDEX_MASK];
    }

    void bucket(int index, long bucket) {
        buckets[index >>> (CHUNK_BITS + BUCKET_BITS)][index & INDEX_MASK] = bucket;
    }

    void occupy(int index, long bucket) {
        int node = index >>> BUCKET_BITS;
        state(node, state(node) | bit(index));
        bucket(index, bucket);
    }

    /** Empties a bucket. */
    void clear(int index) {
        int node = index >>> BUCKET_BITS;
        bucket(index, Bucket.EMPTY);
        state(node, state(node) & ~bit(index));
    }
}
