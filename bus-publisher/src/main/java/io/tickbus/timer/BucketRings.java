// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The pending timers of a {@link TimingWheel} that are not due soon, unsorted: four rings of 2^18 buckets. A bucket is
 * 0.26 ms wide in the first ring, which covers 69 s; 2.1 ms in the second (9 minutes), 17 ms in the third (73 minutes)
 * and 1.07 s in the last (3 days). When a bucket could have the timer that is due first, its timers move to the {@link
 * DeadlineHeap}, each at most once.
 *
 * <p>A bucket has at most {@value #MAX_TIMERS} timers, in a stack of segments of 8, which all rings share. So a step
 * moves at most {@value #MAX_MOVED} timers. What no bucket takes goes into the heap, and so does what is due too late
 * for the last ring. A timer is removed by moving the last of its bucket to its place.
 *
 * <p>A ring covers its span of time from the present on, as far as that is known: it takes a timer if, counted from
 * then, it and all others of the ring are within the span, so that no two times share a bucket. A ring has one bit for
 * each bucket in use, one for each word of 64 such bits, and one for each chunk of 64 such words, so that the first
 * bucket is found by three loads.
 */
final class BucketRings {
    /** The most timers of a bucket. */
    static final int MAX_TIMERS = 256;
    /** The most timers that move to the heap at once. */
    static final int MAX_MOVED = 4 * MAX_TIMERS;

    /** Of each ring, a bucket's width as a power of two. */
    private static final int[] SHIFTS = {18, 21, 24, 30};
    private static final int RINGS = SHIFTS.length;
    private static final int RING_BITS = 18;
    private static final int BUCKETS = 1 << RING_BITS;
    private static final int RING_MASK = BUCKETS - 1;
    /** A chunk has this many heads of buckets, and then their bits. */
    private static final int HEADS_BITS = 12;
    private static final int HEADS = 1 << HEADS_BITS;
    private static final int HEADS_MASK = HEADS - 1;
    private static final int RING_CHUNKS = BUCKETS / HEADS;
    private static final int WORD_BITS = 6;
    private static final long ONE_TIMER = 1L << 32;
    private static final long SEGMENT = ONE_TIMER - 1;
    private static final int SEGMENT_BITS = 3;
    private static final int SEGMENT_MASK = (1 << SEGMENT_BITS) - 1;
    private static final int CHUNK_BITS = 11;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int CHUNK_SLOTS_BITS = CHUNK_BITS + SEGMENT_BITS;
    private static final int CHUNK_SLOTS_MASK = (1 << CHUNK_SLOTS_BITS) - 1;
    private static final int SLOT_BITS = 28;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    private static final int NONE = -1;

    private final TimerSlab timers;
    private final int maxSegments;
    /** A head: count of timers 32, newest segment 32 bits. A bucket's number is {@code ring << 18 | its place}. */
    private final long[][] heads = new long[RINGS * RING_CHUNKS][];
    /** Chunks of heads without a bucket in use, for other times: so a ring that goes round allocates nothing. */
    private final long[][] spareHeads = new long[heads.length][];
    private int spareCount;
    private int headChunkCount;
    /** Of each chunk of heads, the words of bits that are not 0. */
    private final long[] wordsInUse = new long[heads.length];
    /** Of each ring, the chunks that have a bucket in use. */
    private final long[] chunksInUse = new long[RINGS];
    /** Of each ring that is in use, no bucket in use is later than this; in widths of its buckets. */
    private final long[] lastTicks = new long[RINGS];
    /** As in the heap: deadline and word. */
    private final long[][] entries;
    /** For each segment the one below, or the next free one. */
    private final int[][] below;
    /** Segments of the bucket that moves to the heap. */
    private final int[] draining = new int[MAX_TIMERS >>> SEGMENT_BITS];
    private int chunkCount;
    private int firstFree = NONE;
    private int usedEver;
    /** No bucket in use begins earlier. */
    private long startNs = Long.MAX_VALUE;

    BucketRings(TimerSlab timers) {
        this.timers = timers;
        // All segments of a bucket but one are full.
        maxSegments = Math.min(timers.capacity(), RINGS * BUCKETS + (timers.capacity() >>> SEGMENT_BITS));
        entries = new long[(maxSegments + CHUNK_MASK) >>> CHUNK_BITS][];
        below = new int[entries.length][];
    }

    /** Bytes of the arrays. */
    long sizeBytes() {
        long segmentBytes = ((2L * Long.BYTES) << SEGMENT_BITS) + Integer.BYTES;
        long headBytes = (long) Long.BYTES * (HEADS + (HEADS >>> WORD_BITS));
        return segmentBytes * Math.min(maxSegments, chunkCount << CHUNK_BITS) + headBytes * headChunkCount
                + 2L * Integer.BYTES * entries.length + (Long.BYTES + 2L * Integer.BYTES) * heads.length;
    }

    /** Whether there is memory for one timer more. */
    boolean hasSpare() {
        return firstFree != NONE || usedEver >>> CHUNK_BITS < chunkCount || chunkCount == below.length;
    }

    /** Allocates that memory. */
    void reserve() {
        if (!hasSpare()) {
            int length = Math.min(1 << CHUNK_BITS, maxSegments - (chunkCount << CHUNK_BITS));
            below[chunkCount] = new int[length];
            entries[chunkCount] = new long[(2 * length) << SEGMENT_BITS];
            chunkCount++;
        }
    }

    /** No timer here is due before this; {@link Long#MAX_VALUE} if there is none. */
    long startNs() {
        return startNs;
    }

    /**
     * Adds a timer, unless it has no place here or could be due first.
     *
     * @param firstNs when the first timer of the heap is due, {@link Long#MAX_VALUE} if there is none
     * @param nowNs   the time, or {@link Long#MAX_VALUE} if it is not known
     * @return whether it was added
     */
    boolean offer(long deadlineNs, long word, long firstNs, long nowNs) {
        long fromNs = Math.min(nowNs, Math.min(firstNs, startNs - 1));
        for (int ring = 0; ring < RINGS; ring++) {
            int shift = SHIFTS[ring];
            long tick = deadlineNs >> shift;
            long bucketNs = tick << shift;
            if (bucketNs <= firstNs) {
                return false;
            }
            long lastTick = chunksInUse[ring] == 0 ? tick : Math.max(tick, lastTicks[ring]);
            if (lastTick - (fromNs >> shift) < BUCKETS
                    && push(ring << RING_BITS | ((int) tick & RING_MASK), deadlineNs, word)) {
                lastTicks[ring] = lastTick;
                startNs = Math.min(startNs, bucketNs);
                return true;
            }
        }
        return false;
    }

    private boolean push(int bucket, long deadlineNs, long word) {
        long[] chunk = heads[bucket >>> HEADS_BITS];
        int at = bucket & HEADS_MASK;
        long head = chunk == null ? 0 : chunk[at];
        int count = (int) (head >>> 32);
        if (count == MAX_TIMERS) {
            return false;
        }
        if ((count & SEGMENT_MASK) == 0) {
            if ((chunk == null || !hasSpare()) && !grow(bucket)) {
                return false;
            }
            chunk = heads[bucket >>> HEADS_BITS];
            head = (head & ~SEGMENT) | takeSegment((int) head);
            if (count == 0) {
                mark(chunk, bucket);
            }
        }
        put(bucket, (int) head << SEGMENT_BITS | (count & SEGMENT_MASK), deadlineNs, word);
        chunk[at] = head + ONE_TIMER;
        return true;
    }

    /** Allocates what a bucket needs for a new segment; without memory returns false, and the heap takes the timer. */
    private boolean grow(int bucket) {
        try {
            reserve();
            if (heads[bucket >>> HEADS_BITS] == null) {
                heads[bucket >>> HEADS_BITS] = takeHeads();
            }
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    private long[] takeHeads() {
        if (spareCount > 0) {
            return spareHeads[--spareCount];
        }
        long[] chunk = new long[HEADS + (HEADS >>> WORD_BITS)];
        headChunkCount++;
        return chunk;
    }

    private int takeSegment(int newest) {
        int segment = firstFree;
        if (segment == NONE) {
            segment = usedEver++;
        } else {
            firstFree = below(segment);
        }
        below(segment, newest);
        return segment;
    }

    /** Whether a timer is in a bucket; its position is below 0 then. */
    static boolean isPosition(long where) {
        return where < 0;
    }

    /** The deadline of a timer here. */
    long deadlineNs(long position) {
        return slotNs(slotOf(position));
    }

    /** The word of a timer here. */
    long word(long position) {
        return slotWord(slotOf(position));
    }

    /** Removes a timer; the caller must say where it is now. */
    void remove(long position) {
        int slot = slotOf(position);
        int bucket = (int) (~position >>> SLOT_BITS);
        int last = lastSlot(heads[bucket >>> HEADS_BITS][bucket & HEADS_MASK]);
        if (slot != last) {
            put(bucket, slot, slotNs(last), slotWord(last));
        }
        removeLast(bucket);
    }

    /** Loads the place of a timer, and that of the timer that takes it when the former is removed. */
    long prefetch(long position) {
        int bucket = (int) (~position >>> SLOT_BITS);
        return slotWord(slotOf(position)) + slotWord(lastSlot(heads[bucket >>> HEADS_BITS][bucket & HEADS_MASK]));
    }

    private static int lastSlot(long head) {
        return (int) head << SEGMENT_BITS | (((int) (head >>> 32) - 1) & SEGMENT_MASK);
    }

    private void removeLast(int bucket) {
        long[] chunk = heads[bucket >>> HEADS_BITS];
        int at = bucket & HEADS_MASK;
        long head = chunk[at] - ONE_TIMER;
        int count = (int) (head >>> 32);
        if ((count & SEGMENT_MASK) == 0) {
            int segment = (int) head;
            head = (head & ~SEGMENT) | below(segment);
            below(segment, firstFree);
            firstFree = segment;
        }
        chunk[at] = head;
        if (count == 0) {
            clear(chunk, bucket);
        }
    }

    /** Moves the first bucket to the heap if it could have the timer that is due first; else finds its start. */
    void drainFirst(DeadlineHeap heap) {
        int first = NONE;
        startNs = Long.MAX_VALUE;
        for (int ring = 0; ring < RINGS; ring++) {
            int bucket = firstBucket(ring);
            long bucketNs = bucket == NONE ? Long.MAX_VALUE : bucketNs(ring, bucket);
            if (bucketNs < startNs) {
                first = bucket;
                startNs = bucketNs;
            }
        }
        if (first != NONE && startNs <= heap.firstNs()) {
            drain(first, heap);
        }
    }

    /** The oldest first: mostly, those that were armed first are due first. */
    private void drain(int bucket, DeadlineHeap heap) {
        long[] chunk = heads[bucket >>> HEADS_BITS];
        int at = bucket & HEADS_MASK;
        int count = (int) (chunk[at] >>> 32);
        int segment = (int) chunk[at];
        int length = (count + SEGMENT_MASK) >>> SEGMENT_BITS;
        for (int i = length; --i >= 0; segment = below(segment)) {
            draining[i] = segment;
        }
        for (int i = 0; i < count; i++) {
            int slot = draining[i >>> SEGMENT_BITS] << SEGMENT_BITS | (i & SEGMENT_MASK);
            heap.add(slotNs(slot), slotWord(slot));
        }
        for (int i = 0; i < length; i++) {
            below(draining[i], firstFree);
            firstFree = draining[i];
        }
        chunk[at] = 0;
        clear(chunk, bucket);
    }

    private long bucketNs(int ring, int bucket) {
        long lastTick = lastTicks[ring];
        return (lastTick - ((lastTick - bucket) & RING_MASK)) << SHIFTS[ring];
    }

    private int firstBucket(int ring) {
        if (chunksInUse[ring] == 0) {
            return NONE;
        }
        int bucket = firstBucket(ring, (int) (lastTicks[ring] + 1) & RING_MASK);
        return bucket == NONE ? firstBucket(ring, 0) : bucket;
    }

    /** The first bucket of a ring that is in use, from a place on. */
    private int firstBucket(int ring, int from) {
        int bucket = ring << RING_BITS | from;
        int chunk = bucket >>> HEADS_BITS;
        int word = (bucket & HEADS_MASK) >>> WORD_BITS;
        if (heads[chunk] != null) {
            long bits = heads[chunk][HEADS + word] & (-1L << bucket);
            if (bits != 0) {
                return (bucket & -Long.SIZE) + Long.numberOfTrailingZeros(bits);
            }
            long words = wordsInUse[chunk] & (-2L << word);
            if (words != 0) {
                return firstBucketOf(chunk, words);
            }
        }
        long chunks = chunksInUse[ring] & (-2L << chunk);
        if (chunks == 0) {
            return NONE;
        }
        chunk = ring * RING_CHUNKS + Long.numberOfTrailingZeros(chunks);
        return firstBucketOf(chunk, wordsInUse[chunk]);
    }

    private int firstBucketOf(int chunk, long words) {
        int word = Long.numberOfTrailingZeros(words);
        return chunk << HEADS_BITS | word << WORD_BITS | Long.numberOfTrailingZeros(heads[chunk][HEADS + word]);
    }

    private void mark(long[] chunk, int bucket) {
        int word = (bucket & HEADS_MASK) >>> WORD_BITS;
        chunk[HEADS + word] |= 1L << bucket;
        wordsInUse[bucket >>> HEADS_BITS] |= 1L << word;
        chunksInUse[bucket >>> RING_BITS] |= 1L << (bucket >>> HEADS_BITS);
    }

    private void clear(long[] chunk, int bucket) {
        int word = (bucket & HEADS_MASK) >>> WORD_BITS;
        int at = bucket >>> HEADS_BITS;
        chunk[HEADS + word] &= ~(1L << bucket);
        if (chunk[HEADS + word] == 0) {
            wordsInUse[at] &= ~(1L << word);
            if (wordsInUse[at] == 0) {
                chunksInUse[bucket >>> RING_BITS] &= ~(1L << at);
                heads[at] = null;
                spareHeads[spareCount++] = chunk;
            }
        }
    }

    /** Copies all timers to {@code from} and after it; returns the end. */
    int copyAll(int[] into, int from) {
        int count = from;
        for (int chunk = 0; chunk < heads.length; chunk++) {
            for (long words = wordsInUse[chunk]; words != 0; words &= words - 1) {
                int word = Long.numberOfTrailingZeros(words);
                for (long bits = heads[chunk][HEADS + word]; bits != 0; bits &= bits - 1) {
                    count = copy(heads[chunk][word << WORD_BITS | Long.numberOfTrailingZeros(bits)], into, count);
                }
            }
        }
        return count;
    }

    private int copy(long head, int[] into, int from) {
        int count = from;
        int segment = (int) head;
        for (int i = (int) (head >>> 32) - 1; i >= 0; i--) {
            into[count++] = DeadlineHeap.timerOf(slotWord(segment << SEGMENT_BITS | (i & SEGMENT_MASK)));
            segment = (i & SEGMENT_MASK) == 0 ? below(segment) : segment;
        }
        return count;
    }

    /** How many timers are here; for tests. */
    int size() {
        int size = 0;
        for (long[] chunk : heads) {
            for (int at = 0; chunk != null && at < HEADS; at++) {
                size += (int) (chunk[at] >>> 32);
            }
        }
        return size;
    }

    /** How many segments are not free; for tests. */
    int segmentsInUse() {
        int count = usedEver;
        for (int segment = firstFree; segment != NONE; segment = below(segment)) {
            count--;
        }
        return count;
    }

    private static int slotOf(long position) {
        return (int) ~position & SLOT_MASK;
    }

    private long slotNs(int slot) {
        return entries[slot >>> CHUNK_SLOTS_BITS][2 * (slot & CHUNK_SLOTS_MASK)];
    }

    private long slotWord(int slot) {
        return entries[slot >>> CHUNK_SLOTS_BITS][2 * (slot & CHUNK_SLOTS_MASK) + 1];
    }

    private void put(int bucket, int slot, long deadlineNs, long word) {
        long[] chunk = entries[slot >>> CHUNK_SLOTS_BITS];
        chunk[2 * (slot & CHUNK_SLOTS_MASK)] = deadlineNs;
        chunk[2 * (slot & CHUNK_SLOTS_MASK) + 1] = word;
        timers.where(DeadlineHeap.timerOf(word), ~((long) bucket << SLOT_BITS | slot));
    }

    private int below(int segment) {
        return below[segment >>> CHUNK_BITS][segment & CHUNK_MASK];
    }

    private void below(int segment, int other) {
        below[segment >>> CHUNK_BITS][segment & CHUNK_MASK] = other;
    }
}
