package io.tickbus.timer;

/**
 * The lists of timers of a {@link TimingWheel}: unrolled linked lists, whose segments have 8 slots for numbers of
 * timers. Segments are made in chunks as they are needed.
 *
 * <pre>
 *   8 slots for a timer each                                         32 bits each
 *   next 25 | previous 25 | noted as empty 1 | slots used 4 | live 8     63 bits
 *   place of the bucket whose list it belongs to                         32 bits
 * </pre>
 *
 * <p>A slot is used once until its segment is free: {@code live} has a bit for each whose timer is still pending. So
 * who moves or sorts a list looks at no timer that is no longer there.
 *
 * <p>A cancellation waits for nothing but its timer: the slots that timers have left are written down, and come off the
 * headers {@value #MAX_LEFT} at a time, which a processor fetches from memory all at once. Nor does that depend on what
 * it finds: a segment that is left empty is noted, without a branch, and taken out of its list later together with
 * others. One cancellation in eight or more empties one, which no processor can predict; it would have to wait there
 * for memory.
 *
 * <p>A slot's number is {@code segment << 3 | index}.
 */
final class SegmentSlab {
    static final int NONE = -1;
    /** Slots of a segment. */
    static final int SLOTS = 8;
    static final int SLOT_BITS = 3;
    /** Slots at most that timers have left and that are not counted yet. */
    static final int MAX_LEFT = 32;
    /** Empty segments that are noted before they are taken out; MAX_LEFT more where what has left was counted late. */
    static final int MAX_EMPTY = 16;
    /** Bytes of a segment. */
    static final int SEGMENT_LENGTH = SLOTS * Integer.BYTES + Long.BYTES + Integer.BYTES;

    /** More than one step of a wheel takes. */
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
    private final int[][] places;
    private final int[] left = new int[MAX_LEFT];
    private int leftCount;
    /** Segments that were left empty; one place more, for what is written but does not count. */
    private final int[] empty = new int[MAX_EMPTY + MAX_LEFT + 1];
    private int emptyCount;
    private int firstFree = NONE;
    private int freeCount;
    private int usedEver;

    /** A slab for lists of these timers. */
    SegmentSlab(TimerSlab timers) {
        this.timers = timers;
        // Each has a timer, but for those that are noted as empty, those not counted, and the one that comes next.
        int chunkCount = (timers.capacity() + MAX_EMPTY + 2 * MAX_LEFT + 1 + CHUNK_MASK) >>> CHUNK_BITS;
        slots = new int[chunkCount][];
        headers = new long[chunkCount][];
        places = new int[chunkCount][];
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

    /** Gets the memory that the next step needs. */
    void reserve() {
        if (!hasSpare()) {
            makeChunk((usedEver + SPARE) >>> CHUNK_BITS);
        }
    }

    /** An empty segment of a bucket's list, linked to nothing yet. */
    int take(int place) {
        int segment = firstFree;
        if (segment == NONE) {
            segment = usedEver;
            makeChunk(segment >>> CHUNK_BITS);
            usedEver++;
        } else {
            firstFree = place(segment);
            freeCount--;
        }
        header(segment, NO_LINKS);
        place(segment, place);
        return segment;
    }

    private void makeChunk(int chunk) {
        if (slots[chunk] == null) {
            headers[chunk] = new long[1 << CHUNK_BITS];
            places[chunk] = new int[1 << CHUNK_BITS];
            slots[chunk] = new int[SLOTS << CHUNK_BITS];
        }
    }

    void free(int segment) {
        place(segment, firstFree);
        firstFree = segment;
        freeCount++;
    }

    /** Frees a segment whatever is in it; one that is noted as empty when it is taken from the notes. */
    void drop(int segment) {
        if ((header(segment) & NOTED) == 0) {
            free(segment);
        } else {
            header(segment, NO_LINKS | NOTED);
            place(segment, NONE);
        }
    }

    /** Puts a timer into the slot that comes after those that are used. */
    void append(int segment, int used, int timer) {
        slots[segment >>> CHUNK_BITS][(segment & CHUNK_MASK) << SLOT_BITS | used] = timer;
        headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK] += ONE_MORE + (1L << used);
        timers.slot(timer, segment << SLOT_BITS | used);
    }

    /** Makes a list of the first so many of these timers, one at least, and returns the word for its bucket. */
    long listOf(int[] numbers, int count, int place) {
        int first = NONE;
        int last = NONE;
        for (int at = 0; at < count; at += SLOTS) {
            int segment = take(place);
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

    /** A timer has left its slot. Returns whether it is time to {@linkplain #countLeft count} and to take out. */
    boolean leave(int slot) {
        left[leftCount++] = slot;
        return leftCount == MAX_LEFT || emptyCount >= MAX_EMPTY;
    }

    /** Takes what has left off the headers; only then is {@code live} what the word says. */
    void countLeft() {
        for (int i = 0; i < leftCount; i++) {
            int segment = left[i] >>> SLOT_BITS;
            headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK] &= ~(1L << (left[i] & (SLOTS - 1)));
        }
        // Not in the loop above, whose looks at memory are to wait for nothing.
        int count = emptyCount;
        for (int i = 0; i < leftCount; i++) {
            int segment = left[i] >>> SLOT_BITS;
            long header = header(segment);
            // 1 where nothing is left and that is not noted yet, else 0.
            long isEmpty = ((header & (LIVE_MASK | NOTED)) - 1) >>> (Long.SIZE - 1);
            header(segment, header | isEmpty << NOTED_SHIFT);
            empty[count] = segment;
            count += (int) isEmpty;
        }
        emptyCount = count;
        leftCount = 0;
    }

    /** How many timers have left that are not counted yet; for tests. */
    int leftCount() {
        return leftCount;
    }

    /** One of the slots that they left; for tests. */
    int left(int index) {
        return left[index];
    }

    /** The timer that was put into a slot last; for tests. */
    int timer(int slot) {
        return slots[slot >>> (CHUNK_BITS + SLOT_BITS)][slot & ((SLOTS << CHUNK_BITS) - 1)];
    }

    /** Whether a slot had a timer when it was last counted; for tests. */
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

    /** One of those that are noted, without taking it. */
    int empty(int index) {
        return empty[index];
    }

    /** A segment that was left empty, and may have been filled again since; {@link #NONE} if there is none. */
    int takeEmpty() {
        if (emptyCount == 0) {
            return NONE;
        }
        int segment = empty[--emptyCount];
        header(segment, header(segment) & ~NOTED);
        return segment;
    }

    /** Timers that were in its slots when it was last counted. */
    int live(int segment) {
        return Integer.bitCount((int) header(segment) & LIVE_MASK);
    }

    /** Copies the numbers of its timers, which must be counted, to this place and after; returns the place after. */
    int copyLive(int segment, int[] into, int from) {
        int[] chunk = slots[segment >>> CHUNK_BITS];
        int firstSlot = (segment & CHUNK_MASK) << SLOT_BITS;
        int at = from;
        for (int live = (int) header(segment) & LIVE_MASK; live != 0; live &= live - 1) {
            into[at++] = chunk[firstSlot + Integer.numberOfTrailingZeros(live)];
        }
        return at;
    }

    /** Slots that are or were used. */
    int used(int segment) {
        return used(header(segment));
    }

    private static int used(long header) {
        return (int) (header >>> USED_SHIFT) & USED_MASK;
    }

    /** How many there are, those that are free included; for tests. */
    int usedEver() {
        return usedEver;
    }

    /** The free one after another, or after NONE; NONE at the end; for tests. */
    int nextFree(int segment) {
        return segment == NONE ? firstFree : place(segment);
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

    int place(int segment) {
        return places[segment >>> CHUNK_BITS][segment & CHUNK_MASK];
    }

    void place(int segment, int place) {
        places[segment >>> CHUNK_BITS][segment & CHUNK_MASK] = place;
    }

    private long header(int segment) {
        return headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK];
    }

    private void header(int segment, long header) {
        headers[segment >>> CHUNK_BITS][segment & CHUNK_MASK] = header;
    }
}
