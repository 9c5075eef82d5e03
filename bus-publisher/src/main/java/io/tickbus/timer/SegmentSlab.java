// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The lists of timers of a {@link DeadlineTrie}: unrolled linked lists whose segments have 8 slots for timers' numbers.
 * Segments are allocated in chunks as they are needed.
 *
 * <pre>
 *   8 slots for a timer each                                         32 bits each
 *   next 25 | previous 25 | noted as empty 1 | slots used 4 | live 8     63 bits
 *   index of the bucket whose list it belongs to                         32 bits
 * </pre>
 *
 * <p>A slot is used once until its segment is free. {@code live} has a bit for each slot whose timer is still pending,
 * so moving or sorting a list loads no timer that has left it.
 *
 * <p>Removing a timer loads nothing but the timer: its slot is only noted, and {@value #MAX_REMOVED} slots at a time
 * are cleared in the headers, whose cache misses then overlap. No branch depends on those headers: a segment that
 * becomes empty is noted without a branch, and removed from its list later together with others. At least one removal
 * in eight empties a segment, and mispredicting that would stall on the cache miss.
 *
 * <p>A slot's number is {@code segment << 3 | index}.
 */
final class SegmentSlab {
    static final int NONE = -1;
    /** Slots of a segment. */
    static final int SLOTS = 8;
    static final int SLOT_BITS = 3;
    /** Removed slots that are noted before they are cleared in the headers. */
    static final int MAX_REMOVED = 32;
    /** Empty segments that are noted before they are removed; up to MAX_REMOVED more if slots were cleared late. */
    static final int MAX_EMPTY = 16;
    /** Bytes of a segment. */
    static final int SEGMENT_LENGTH = SLOTS * Integer.BYTES + Long.BYTES + Integer.BYTES;

    /** More segments than one step takes. */
    private static final int SPARE = 64;
    private static final int CHUNK_BITS = 12;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int LIVE_MASK = (1 << SLOTS) - 1;
    private static final int USED_SHIFT = SLOTS;
    private static final int USED_MASK = 0xF;
    private static final long ONE_MORE = 1L << USED_SHIFT;
    private static final int NOTED_SHIFT = 12;
    private static final long NOTED = 1L << NOTED_SHIFT;
    private static final int PREVIOUS_SHIFT = 13;
    private static final int NEXT_SHIFT = 38;
    private static final long LINK_MASK = (1L << 25) - 1;
    private static final long NO_LINKS = LINK_MASK << NEXT_SHIFT | LINK_MASK << PREVIOUS_SHIFT;

    private final TimerSlab timers;
    private final int[][] slots;
    private final long[][] headers;
    private final int[][] bucketIndexes;
    private final int[] removed = new int[MAX_REMOVED];
    private int removedCount;
    /** Empty segments; one element more, as the branch-free loop writes one that does not count. */
    private final int[] empty = new int[MAX_EMPTY + MAX_REMOVED + 1];
    private int emptyCount;
    private int firstFree = NONE;
    private int freeCount;
    private int usedEver;

    /** Lists of these timers. */
    SegmentSlab(TimerSlab timers) {
        this.timers = timers;
        // Each segment has a timer, except those noted as empty, those with slots to clear, and the next one.
        int chunkCount = (timers.capacity() + MAX_EMPTY + 2 * MAX_REMOVED + 1 + CHUNK_MASK) >>> CHUNK_BITS;
        slots = new int[chunkCount][];
        headers = new long[chunkCount][];
        bucketIndexes = new int[chunkCount][];
    }

    /** Bytes of the arrays, their headers included. */
    long sizeBytes() {
        long chunkCount = ((long) usedEver + CHUNK_MASK) >>> CHUNK_BITS;
        return 3 * (16 + 4L * slots.length) + chunkCount * (3 * 16 + ((long) SEGMENT_LENGTH << CHUNK_BITS));
    }

    /** Whether the next step needs no memory. */
    boolean hasSpare() {
        int chunk = (usedEver + SPARE) >>> CHUNK_BITS;
        return freeCount >= SPARE || chunk >= slots.length || slots[chunk] != null;
    }

    /** Allocates the memory that the next step needs. */
    void reserve() {
        if (!hasSpare()) {
            makeChunk((usedEver + SPARE) >>> CHUNK_BITS);
        }
    }

    /** Takes an empty segment for a bucket's list; it is not linked yet. */
    int take(int bucketIndex) {
        int segment = firstFree;
        if (segment == NONE) {
            segment = usedEver;
            makeChunk(segment >>> CHUNK_BITS);
            usedEver++;
        } else {
            firstFree = bucketIndex(segment);
            freeCount--;
        }
        header(segment, NO_LINKS);
        bucketIndex(segment, bucketIndex);
        return segment;
    }

    private void makeChunk(int chunk) {
        if (slots[chunk] == null) {
            headers[chunk] = new long[1 << CHUNK_BITS];
            bucketIndexes[chunk] = new int[1 << CHUNK_BITS];
            slots[chunk] = new int[SLOTS << CHUNK_BITS];
        }
    }

    void free(int segment) {
        bucketIndex(segment, firstFree);
        firstFree = segment;
        freeCount++;
    }

    /** Frees a segment with all its slots; if it is noted as empty, then only when the note is taken. */
    void drop(int segment) {
        if ((header(segment) & NOTED) == 0) {
            free(segment);
        } else {
            header(segment, NO_LINKS | NOTED);
            bucketIndex(segment, NONE);
        }
    }

    /** Puts a timer into the first slot that was never used. */
    void append(int segment, int used, int timer) {
        slots[segment >>> CHUNK_BITS][(segment & CHUNK_MASK) << SLOT_BITS | used] = timer;
        headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK] += ONE_MORE + (1L << used);
        timers.slot(timer, segment << SLOT_BITS | used);
    }

    /** Makes a list of the first {@code count} of these timers, at least one; returns the word for its bucket. */
    long listOf(int[] numbers, int count, int bucketIndex) {
        int first = NONE;
        int last = NONE;
        for (int at = 0; at < count; at += SLOTS) {
            int segment = take(bucketIndex);
            join(last, segment);
            int end = Math.min(at + SLOTS, count);
            for (int i = at; i < end; i++) {
                append(segment, i - at, numbers[i]);
            }
            first = first == NONE ? segment : first;
            last = segment;
        }
        return Bucket.list(first, last, (count + SLOTS - 1) >>> SLOT_BITS, used(last));
    }

    /** Notes that a timer has left its slot; returns whether it is time for {@link #applyRemoved}. */
    boolean markRemoved(int slot) {
        removed[removedCount++] = slot;
        return removedCount == MAX_REMOVED || emptyCount >= MAX_EMPTY;
    }

    /** Clears the noted slots in the headers; only then is {@code live} exact. */
    void applyRemoved() {
        for (int i = 0; i < removedCount; i++) {
            int segment = removed[i] >>> SLOT_BITS;
            headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK] &= ~(1L << (removed[i] & (SLOTS - 1)));
        }
        // Not in the loop above, so that its cache misses overlap.
        int count = emptyCount;
        for (int i = 0; i < removedCount; i++) {
            int segment = removed[i] >>> SLOT_BITS;
            long header = header(segment);
            // 1 if nothing is live and that is not noted yet, else 0.
            long isEmpty = ((header & (LIVE_MASK | NOTED)) - 1) >>> (Long.SIZE - 1);
            header(segment, header | isEmpty << NOTED_SHIFT);
            empty[count] = segment;
            count += (int) isEmpty;
        }
        emptyCount = count;
        removedCount = 0;
    }

    /** How many noted slots are not cleared yet; for tests. */
    int removedCount() {
        return removedCount;
    }

    /** One of those slots; for tests. */
    int removed(int index) {
        return removed[index];
    }

    /** The timer that was last put into a slot; for tests. */
    int timer(int slot) {
        return slots[slot >>> (CHUNK_BITS + SLOT_BITS)][slot & ((SLOTS << CHUNK_BITS) - 1)];
    }

    /** Whether a slot has a timer, or is noted but not cleared; for tests. */
    boolean isLive(int slot) {
        return (header(slot >>> SLOT_BITS) >>> (slot & (SLOTS - 1)) & 1) != 0;
    }

    /** Whether a segment is noted as empty; for tests. */
    boolean isNoted(int segment) {
        return (header(segment) & NOTED) != 0;
    }

    /** How many segments are noted as empty. */
    int emptyCount() {
        return emptyCount;
    }

    /** One of those segments, without taking the note. */
    int empty(int index) {
        return empty[index];
    }

    /** Takes the note of an empty segment, which may have been filled since; {@link #NONE} if there is none. */
    int takeEmpty() {
        if (emptyCount == 0) {
            return NONE;
        }
        int segment = empty[--emptyCount];
        header(segment, header(segment) & ~NOTED);
        return segment;
    }

    /** How many of its slots have timers, or are noted but not cleared. */
    int live(int segment) {
        return Integer.bitCount((int) header(segment) & LIVE_MASK);
    }

    /** Copies the numbers of its timers, whose removed slots must be cleared, to {@code from}; returns the end. */
    int copyLive(int segment, int[] into, int from) {
        int[] chunk = slots[segment >>> CHUNK_BITS];
        int firstSlot = (segment & CHUNK_MASK) << SLOT_BITS;
        int at = from;
        for (int live = (int) header(segment) & LIVE_MASK; live != 0; live &= live - 1) {
            into[at++] = chunk[firstSlot + Integer.numberOfTrailingZeros(live)];
        }
        return at;
    }

    /** How many of its slots are or were used. */
    int used(int segment) {
        return used(header(segment));
    }

    private static int used(long header) {
        return (int) (header >>> USED_SHIFT) & USED_MASK;
    }

    /** How many segments exist, including free ones; for tests. */
    int usedEver() {
        return usedEver;
    }

    /** The free segment after this one, or the first if this is NONE; NONE at the end; for tests. */
    int nextFree(int segment) {
        return segment == NONE ? firstFree : bucketIndex(segment);
    }

    int next(int segment) {
        return link(header(segment) >>> NEXT_SHIFT);
    }

    int previous(int segment) {
        return link(header(segment) >>> PREVIOUS_SHIFT);
    }

    private static int link(long bits) {
        int link = (int) (bits & LINK_MASK);
        return link == LINK_MASK ? NONE : link;
    }

    /** Makes two segments neighbours; either may be {@link #NONE}. */
    void join(int previous, int next) {
        if (previous != NONE) {
            header(previous, linked(header(previous), next, NEXT_SHIFT));
        }
        if (next != NONE) {
            header(next, linked(header(next), previous, PREVIOUS_SHIFT));
        }
    }

    private static long linked(long header, int link, int shift) {
        return (header & ~(LINK_MASK << shift)) | ((link & LINK_MASK) << shift);
    }

    int bucketIndex(int segment) {
        return bucketIndexes[segment >>> CHUNK_BITS][segment & CHUNK_MASK];
    }

    void bucketIndex(int segment, int bucketIndex) {
        bucketIndexes[segment >>> CHUNK_BITS][segment & CHUNK_MASK] = bucketIndex;
    }

    private long header(int segment) {
        return headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK];
    }

    private void header(int segment, long header) {
        headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK] = header;
    }
}
