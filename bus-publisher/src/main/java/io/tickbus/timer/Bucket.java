// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The word of one bucket of a {@link DeadlineTrie}'s node: a list of timers, which is a chain of segments, or a finer
 * node.
 *
 * <pre>
 *   63   62 .. 59       58 .. 50   49 .. 25       24 .. 0
 *   0    0              0          0              0               nothing
 *   0    used of last   segments   last segment   first segment   a list
 *   1                              37 .. 32 shift 31 .. 0         a node
 * </pre>
 *
 * The word also has the number of used slots in the last segment, so that appending need not load the segment, and the
 * node's shift, so that a descent need not load the node's head. The count of segments stays at its largest value once
 * it reaches that; only a list of equal deadlines gets that long.
 */
final class Bucket {
    static final long EMPTY = 0;
    static final int MAX_COUNT = (1 << 9) - 1;

    private static final long NODE = 1L << 63;
    private static final int SHIFT_SHIFT = 32;
    private static final int SHIFT_MASK = 0x3F;
    private static final int USED_SHIFT = 59;
    private static final long USED_ONE = 1L << USED_SHIFT;
    private static final int COUNT_SHIFT = 50;
    private static final int LAST_SHIFT = 25;
    private static final int SEGMENT_MASK = (1 << 25) - 1;

    private Bucket() {
    }

    /** A list of one segment with one timer. */
    static long listOf(int segment) {
        return list(segment, segment, 1, 1);
    }

    static long list(int first, int last, int count, int used) {
        return (long) used << USED_SHIFT | (long) Math.min(count, MAX_COUNT) << COUNT_SHIFT
                | (long) last << LAST_SHIFT | first;
    }

    static long node(int node, int shift) {
        return NODE | (long) shift << SHIFT_SHIFT | node;
    }

    static boolean isNode(long bucket) {
        return bucket < 0;
    }

    static int nodeOf(long bucket) {
        return (int) bucket;
    }

    static int shiftOf(long bucket) {
        return (int) (bucket >>> SHIFT_SHIFT) & SHIFT_MASK;
    }

    static int count(long bucket) {
        return (int) (bucket >>> COUNT_SHIFT) & MAX_COUNT;
    }

    static int first(long bucket) {
        return (int) bucket & SEGMENT_MASK;
    }

    static int last(long bucket) {
        return (int) (bucket >>> LAST_SHIFT) & SEGMENT_MASK;
    }

    /** Slots of the last segment that are or were used. */
    static int used(long bucket) {
        return (int) (bucket >>> USED_SHIFT);
    }

    /** With one more used slot in the last segment. */
    static long filled(long bucket) {
        return bucket + USED_ONE;
    }

    /** With one more segment at the end, which has one timer. */
    static long extended(long bucket, int last) {
        return list(first(bucket), last, count(bucket) + 1, 1);
    }

    /** With one segment less, and this first and last one. */
    static long removed(long bucket, int first, int last, int used) {
        int count = count(bucket);
        return list(first, last, count == MAX_COUNT ? count : count - 1, used);
    }
}
