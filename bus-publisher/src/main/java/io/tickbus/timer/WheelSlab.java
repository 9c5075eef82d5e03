package io.tickbus.timer;

import java.util.Arrays;

/**
 * The wheels of a {@link TimingWheel}: 16 buckets each, in chunks that are made as they are needed. The wheel {@link
 * #ROOT} is always there and covers every deadline.
 *
 * <pre>
 *   16 buckets, see {@link Bucket}                                                    64 bits each
 *   any deadline that it covers                                                       64 bits
 *   bucket of the coarser wheel that it refines  32 | shift 16 | one bit per bucket   16 bits
 * </pre>
 *
 * A bucket of a wheel of shift {@code s} holds {@code 2^s} ns, so a wheel covers the {@code 2^(s+4)} deadlines that
 * differ in their lowest {@code s + 4} bits only. A place is {@code wheel << 4 | number of the bucket}.
 */
final class WheelSlab {
    static final int ROOT = 0;
    static final int BUCKETS = 16;
    static final int BUCKET_BITS = 4;
    /** Bytes of a wheel. */
    static final int WHEEL_LENGTH = (BUCKETS + 2) * Long.BYTES;

    private static final int ROOT_SHIFT = 60;

    /** More than one step takes. */
    private static final int SPARE = 8;
    private static final int CHUNK_BITS = 9;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int PLACE_MASK = (BUCKETS << CHUNK_BITS) - 1;
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
    /** Wheels that were found lately, by the digits of a deadline above those that the latest of them looks at. */
    private final int[] hints = new int[HINT_MASK + 1];
    private int hintShift;
    private int firstFree = NONE;
    private int freeCount;
    private int usedEver;

    WheelSlab() {
        take(0, ROOT_SHIFT, NONE);
    }

    /** Bytes of the arrays, their headers included. */
    long sizeBytes() {
        long chunkCount = ((long) usedEver + CHUNK_MASK) >>> CHUNK_BITS;
        return 16 + 4L * hints.length + 2 * (16 + 4L * buckets.length)
                + chunkCount * (2 * 16 + ((long) WHEEL_LENGTH << CHUNK_BITS));
    }

    /** Whether the next step needs no memory. */
    boolean hasSpare() {
        int chunk = (usedEver + SPARE) >>> CHUNK_BITS;
        return freeCount >= SPARE || (chunk < heads.length && heads[chunk] != null);
    }

    /** Gets the memory that the next step needs. */
    void reserve() {
        if (!hasSpare()) {
            makeChunk((usedEver + SPARE) >>> CHUNK_BITS);
        }
    }

    /** An empty wheel around a deadline, hung nowhere yet. */
    int take(long deadlineNs, int shift, int place) {
        int wheel = firstFree;
        if (wheel == NONE) {
            wheel = usedEver;
            makeChunk(wheel >>> CHUNK_BITS);
            usedEver++;
        } else {
            firstFree = (int) coveredNs(wheel);
            freeCount--;
        }
        int first = (wheel & CHUNK_MASK) << BUCKET_BITS;
        Arrays.fill(buckets[wheel >>> CHUNK_BITS], first, first + BUCKETS, Bucket.EMPTY);
        coveredNs(wheel, deadlineNs);
        state(wheel, (long) place << 32 | (long) shift << SHIFT_SHIFT);
        return wheel;
    }

    void free(int wheel) {
        coveredNs(wheel, firstFree);
        state(wheel, 0);
        firstFree = wheel;
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

    boolean isCovering(int wheel, long deadlineNs) {
        return isCovering(wheel, shift(wheel), deadlineNs);
    }

    private boolean isCovering(int wheel, int shift, long deadlineNs) {
        return (coveredNs(wheel) ^ deadlineNs) >>> shift >>> BUCKET_BITS == 0;
    }

    /** A deadline that the wheel covers. */
    long coveredNs(int wheel) {
        return heads[wheel >>> CHUNK_BITS][(wheel & CHUNK_MASK) * HEAD_LONGS + COVERED];
    }

    private void coveredNs(int wheel, long coveredNs) {
        heads[wheel >>> CHUNK_BITS][(wheel & CHUNK_MASK) * HEAD_LONGS + COVERED] = coveredNs;
    }

    int shift(int wheel) {
        return (int) (state(wheel) >>> SHIFT_SHIFT) & SHIFT_MASK;
    }

    /** Where the wheel hangs. */
    int place(int wheel) {
        return (int) (state(wheel) >>> 32);
    }

    void place(int wheel, int place) {
        state(wheel, (long) place << 32 | (state(wheel) & 0xFFFF_FFFFL));
    }

    private long state(int wheel) {
        return heads[wheel >>> CHUNK_BITS][(wheel & CHUNK_MASK) * HEAD_LONGS + STATE];
    }

    private void state(int wheel, long state) {
        heads[wheel >>> CHUNK_BITS][(wheel & CHUNK_MASK) * HEAD_LONGS + STATE] = state;
    }

    /** Where in this wheel a deadline that it covers belongs. */
    int placeOf(int wheel, long deadlineNs) {
        return wheel << BUCKET_BITS | digit(shift(wheel), deadlineNs);
    }

    private static int digit(int shift, long deadlineNs) {
        // Earlier deadlines must have lower digits, negative ones too.
        return (int) ((deadlineNs ^ Long.MIN_VALUE) >>> shift) & (BUCKETS - 1);
    }

    /** Where among all wheels a deadline belongs; see {@link #placeBelow}. */
    int placeOf(long deadlineNs) {
        int from = hints[(int) (deadlineNs >>> hintShift) & HINT_MASK];
        // A wheel that covers it is on the way to its place, unless it is free: then it has no bucket in use.
        if (!isCovering(from, deadlineNs) || occupied(from) == 0) {
            from = ROOT;
        }
        int place = placeBelow(from, deadlineNs);
        if (place >>> BUCKET_BITS != from) {
            remember(place >>> BUCKET_BITS, deadlineNs);
        }
        return place;
    }

    private void remember(int wheel, long deadlineNs) {
        hintShift = Math.min(shift(wheel) + BUCKET_BITS, SHIFT_MASK);
        hints[(int) (deadlineNs >>> hintShift) & HINT_MASK] = wheel;
    }

    /** Whether it is found without looking at coarser ones; for tests. */
    boolean isHinted(int wheel, long deadlineNs) {
        return hints[(int) (deadlineNs >>> hintShift) & HINT_MASK] == wheel;
    }

    /**
     * Where below a wheel that covers a deadline it belongs: a bucket that is empty, has a list, or has a wheel that
     * does not cover it. The way down depends on no more than the buckets.
     */
    int placeBelow(int from, long deadlineNs) {
        int place = placeOf(from, deadlineNs);
        long bucket = bucket(place);
        while (Bucket.isWheel(bucket)) {
            int wheel = Bucket.wheelOf(bucket);
            int shift = Bucket.shiftOf(bucket);
            if (!isCovering(wheel, shift, deadlineNs)) {
                break;
            }
            place = wheel << BUCKET_BITS | digit(shift, deadlineNs);
            bucket = bucket(place);
        }
        return place;
    }

    /** What stands in the bucket of the coarser wheel. */
    long word(int wheel) {
        return Bucket.wheel(wheel, shift(wheel));
    }

    /** One bit for each bucket that is in use. */
    int occupied(int wheel) {
        return (int) state(wheel) & OCCUPIED_MASK;
    }

    /** How many there are, those that are free included; for tests. */
    int usedEver() {
        return usedEver;
    }

    /** The free one after another, or after NONE; NONE at the end; for tests. */
    int nextFree(int wheel) {
        return wheel == NONE ? firstFree : (int) coveredNs(wheel);
    }

    private static long bit(int place) {
        return 1L << (place & (BUCKETS - 1));
    }

    long bucket(int place) {
        return buckets[place >>> (CHUNK_BITS + BUCKET_BITS)][place & PLACE_MASK];
    }

    void bucket(int place, long bucket) {
        buckets[place >>> (CHUNK_BITS + BUCKET_BITS)][place & PLACE_MASK] = bucket;
    }

    void occupy(int place, long bucket) {
        int wheel = place >>> BUCKET_BITS;
        state(wheel, state(wheel) | bit(place));
        bucket(place, bucket);
    }

    /** Empties a bucket. */
    void vacate(int place) {
        int wheel = place >>> BUCKET_BITS;
        bucket(place, Bucket.EMPTY);
        state(wheel, state(wheel) & ~bit(place));
    }
}
