// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

/**
 * Timers that are not due soon, in 2^18 buckets of equal width: unsorted lists of at most {@value #MOST} timers, which
 * are stacks of segments of 8. A timer is taken out by moving the last of its bucket to its place. Bits on three levels
 * find the first bucket that has any.
 */
final class BucketRing {
    /** The most timers of a bucket: what is moved when its turn comes. */
    static final int MOST = 256;

    private static final int BUCKET_BITS = 18;
    private static final int BUCKETS = 1 << BUCKET_BITS;
    private static final int MASK = BUCKETS - 1;
    private static final int SLOT_BITS = 28;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    private static final int LEVELS = 3;
    private static final int SEGMENT_BITS = 3;
    private static final int SEGMENT_MASK = (1 << SEGMENT_BITS) - 1;
    private static final int CHUNK_BITS = 11;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int CHUNK_SLOTS_BITS = CHUNK_BITS + SEGMENT_BITS;
    private static final int SLOTS_MASK = (1 << CHUNK_SLOTS_BITS) - 1;
    private static final int NONE = -1;

    private final QuadHeap heap;
    private final int shift;
    private final int number;
    /** Count of timers 32, newest segment 32 bits. */
    private final long[] buckets = new long[BUCKETS];
    private final long[][] bits = {new long[BUCKETS >>> 6], new long[BUCKETS >>> 12], new long[1]};
    /** As in the heap, 8 entries for each segment. */
    private final long[][] entries;
    /** For each segment the one below, or the next free one. */
    private final int[][] below;
    private int firstFree = NONE;
    private int usedEver;
    private long baseTick;

    /** A ring beside a heap, which knows the positions; a bucket is {@code 2^shift} ns wide. */
    BucketRing(QuadHeap heap, int shift, int number, int capacity, long nowNs) {
        this.heap = heap;
        this.shift = shift;
        this.number = number;
        this.baseTick = nowNs >> shift;
        // All segments of a bucket but one are full.
        int most = Math.min(capacity, BUCKETS + (capacity >>> SEGMENT_BITS));
        entries = new long[(most >>> CHUNK_BITS) + 1][];
        below = new int[(most >>> CHUNK_BITS) + 1][];
    }

    /** Where the bucket of a deadline begins. */
    long startNs(long deadlineNs) {
        return deadlineNs >> shift << shift;
    }

    /** Says that nothing is here that is due until then, so that later deadlines may come in. */
    void advance(long nowNs) {
        baseTick = Math.max(baseTick, nowNs >> shift);
    }

    /** Takes a timer in; false if it is due too early or too late, or if its bucket is full. */
    boolean offer(long deadlineNs, long word) {
        long distance = (deadlineNs >> shift) - baseTick;
        int bucket = (int) (deadlineNs >> shift) & MASK;
        int count = (int) (buckets[bucket] >>> 32);
        if (distance <= 0 || distance >= BUCKETS || count == MOST) {
            return false;
        }
        if (count == 0) {
            mark(bucket);
        }
        if ((count & SEGMENT_MASK) == 0) {
            push(bucket);
        }
        put(bucket, (int) buckets[bucket] << SEGMENT_BITS | (count & SEGMENT_MASK), deadlineNs, word);
        buckets[bucket] += 1L << 32;
        return true;
    }

    private void push(int bucket) {
        int segment = firstFree;
        if (segment == NONE) {
            segment = usedEver++;
            if (below[segment >>> CHUNK_BITS] == null) {
                below[segment >>> CHUNK_BITS] = new int[1 << CHUNK_BITS];
                entries[segment >>> CHUNK_BITS] = new long[2 << CHUNK_SLOTS_BITS];
            }
        } else {
            firstFree = below(segment);
        }
        below(segment, (int) buckets[bucket]);
        buckets[bucket] = (buckets[bucket] & ~0xFFFF_FFFFL) | segment;
    }

    /** Takes a timer out. */
    void remove(long position) {
        int slot = slotOf(position);
        int bucket = (int) (~position >>> SLOT_BITS) & MASK;
        int last = lastSlot(bucket);
        if (slot != last) {
            put(bucket, slot, entryNs(last), word(last));
        }
        removeLast(bucket);
    }

    private int lastSlot(int bucket) {
        int count = (int) (buckets[bucket] >>> 32);
        return (int) buckets[bucket] << SEGMENT_BITS | ((count - 1) & SEGMENT_MASK);
    }

    private void removeLast(int bucket) {
        buckets[bucket] -= 1L << 32;
        int count = (int) (buckets[bucket] >>> 32);
        if ((count & SEGMENT_MASK) == 0) {
            int segment = (int) buckets[bucket];
            buckets[bucket] = (long) count << 32 | below(segment);
            below(segment, firstFree);
            firstFree = segment;
        }
        if (count == 0) {
            clear(bucket);
        }
    }

    /** Where the first bucket that has timers begins; {@link Long#MAX_VALUE} if none has. */
    long firstNs() {
        int bucket = firstBucket();
        return bucket == NONE ? Long.MAX_VALUE : (baseTick + ((bucket - baseTick) & MASK)) << shift;
    }

    /** Moves the timers of the first bucket to the heap. */
    void drainFirst() {
        int bucket = firstBucket();
        while ((buckets[bucket] >>> 32) > 0) {
            int last = lastSlot(bucket);
            heap.add(entryNs(last), word(last));
            removeLast(bucket);
        }
    }

    private int firstBucket() {
        int bucket = markedFrom((int) baseTick & MASK);
        return bucket == NONE ? markedFrom(0) : bucket;
    }

    private int markedFrom(int from) {
        int index = from;
        for (int level = 0; level < LEVELS && index < BUCKETS >>> (6 * level); level++) {
            long left = bits[level][index >>> 6] >>> index;
            if (left != 0) {
                index += Long.numberOfTrailingZeros(left);
                for (int finer = level; --finer >= 0; ) {
                    index = index << 6 | Long.numberOfTrailingZeros(bits[finer][index]);
                }
                return index;
            }
            index = (index >>> 6) + 1;
        }
        return NONE;
    }

    private void mark(int bucket) {
        int index = bucket;
        for (long[] level : bits) {
            level[index >>> 6] |= 1L << index;
            index >>>= 6;
        }
    }

    private void clear(int bucket) {
        int index = bucket;
        for (long[] level : bits) {
            level[index >>> 6] &= ~(1L << index);
            if (level[index >>> 6] != 0) {
                return;
            }
            index >>>= 6;
        }
    }

    /** The number of the ring in which a timer is. */
    static int ringOf(long position) {
        return (int) (~position >>> (SLOT_BITS + BUCKET_BITS));
    }

    private static int slotOf(long position) {
        return (int) ~position & SLOT_MASK;
    }

    /** The deadline of a timer here. */
    long deadlineNs(long position) {
        return entryNs(slotOf(position));
    }

    private long entryNs(int slot) {
        return entries[slot >>> CHUNK_SLOTS_BITS][2 * (slot & SLOTS_MASK)];
    }

    private long word(int slot) {
        return entries[slot >>> CHUNK_SLOTS_BITS][2 * (slot & SLOTS_MASK) + 1];
    }

    private void put(int bucket, int slot, long deadlineNs, long word) {
        long[] chunk = entries[slot >>> CHUNK_SLOTS_BITS];
        chunk[2 * (slot & SLOTS_MASK)] = deadlineNs;
        chunk[2 * (slot & SLOTS_MASK) + 1] = word;
        long place = (long) number << BUCKET_BITS | bucket;
        heap.position(QuadHeap.timerOf(word), ~(place << SLOT_BITS | slot));
    }

    private int below(int segment) {
        return below[segment >>> CHUNK_BITS][segment & CHUNK_MASK];
    }

    private void below(int segment, int other) {
        below[segment >>> CHUNK_BITS][segment & CHUNK_MASK] = other;
    }

    /** Bytes of all arrays. */
    long sizeBytes() {
        long size = 8L * buckets.length + buckets.length / 8;
        for (int i = 0; i < below.length && below[i] != null; i++) {
            size += 4L * below[i].length + 8L * entries[i].length;
        }
        return size;
    }
}
