package io.tickbus.publisher.timer;

import java.util.Arrays;

/**
 * The wheels of a {@link TimingWheel}: 16 buckets each, in chunks that are made as they are needed. The wheel {@link
 * #ROOT} is always there and covers every deadline.
 *
 * <pre>
 *   any deadline that it covers                                                       64 bits
 *   bucket of the coarser wheel that it refines  32 | shift 16 | one bit per bucket   16 bits
 *   16 buckets, see {@link Bucket}
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
    static final int WHEEL_LENGTH = (2 + BUCKETS) * Long.BYTES;

    private static final int ROOT_SHIFT = 60;

    private static final int CHUNK_BITS = 9;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int COVERED = 0;
    private static final int STATE = 1;
    private static final int FIRST_BUCKET = 2;
    private static final int LONGS = FIRST_BUCKET + BUCKETS;
    private static final int NONE = -1;
    private static final int OCCUPIED_MASK = 0xFFFF;
    private static final int SHIFT_SHIFT = 16;
    private static final int SHIFT_MASK = 0x3F;

    private long[][] chunks = new long[16][];
    private int firstFree = NONE;
    private int usedEver;
    private int inUse;

    WheelSlab() {
        take(0, ROOT_SHIFT, NONE);
    }

    /** Bytes of the arrays, their headers included. */
    long sizeBytes() {
        long size = 16 + 4L * chunks.length;
        for (long[] chunk : chunks) {
            size += chunk == null ? 0 : 16 + 8L * chunk.length;
        }
        return size;
    }

    int inUse() {
        return inUse;
    }

    /** An empty wheel around a deadline, hung nowhere yet. */
    int take(long deadlineNs, int shift, int place) {
        int wheel = firstFree;
        if (wheel == NONE) {
            wheel = usedEver++;
            makeChunk(wheel >>> CHUNK_BITS);
        } else {
            firstFree = (int) chunk(wheel)[at(wheel) + COVERED];
        }
        long[] chunk = chunk(wheel);
        int at = at(wheel);
        chunk[at + COVERED] = deadlineNs;
        chunk[at + STATE] = (long) place << 32 | (long) shift << SHIFT_SHIFT;
        inUse++;
        return wheel;
    }

    void free(int wheel) {
        chunk(wheel)[at(wheel) + COVERED] = firstFree;
        firstFree = wheel;
        inUse--;
    }

    private void makeChunk(int chunk) {
        if (chunk == chunks.length) {
            chunks = Arrays.copyOf(chunks, 2 * chunk);
        }
        if (chunks[chunk] == null) {
            chunks[chunk] = new long[LONGS << CHUNK_BITS];
        }
    }

    boolean isCovering(int wheel, long deadlineNs) {
        return (chunk(wheel)[at(wheel) + COVERED] ^ deadlineNs) >>> shift(wheel) >>> BUCKET_BITS == 0;
    }

    /** A deadline that the wheel covers. */
    long coveredNs(int wheel) {
        return chunk(wheel)[at(wheel) + COVERED];
    }

    int shift(int wheel) {
        return (int) (state(wheel) >>> SHIFT_SHIFT) & SHIFT_MASK;
    }

    /** Where the wheel hangs. */
    int place(int wheel) {
        return (int) (state(wheel) >>> 32);
    }

    void place(int wheel, int place) {
        chunk(wheel)[at(wheel) + STATE] = (long) place << 32 | (state(wheel) & 0xFFFF_FFFFL);
    }

    private long state(int wheel) {
        return chunk(wheel)[at(wheel) + STATE];
    }

    /** Where in this wheel a deadline that it covers belongs. */
    int placeOf(int wheel, long deadlineNs) {
        // Earlier deadlines must have lower digits, negative ones too.
        return wheel << BUCKET_BITS | ((int) ((deadlineNs ^ Long.MIN_VALUE) >>> shift(wheel)) & (BUCKETS - 1));
    }

    /** One bit for each bucket that is in use. */
    int occupied(int wheel) {
        return (int) state(wheel) & OCCUPIED_MASK;
    }

    boolean isOccupied(int place) {
        return (state(place >>> BUCKET_BITS) & bit(place)) != 0;
    }

    private static long bit(int place) {
        return 1L << (place & (BUCKETS - 1));
    }

    long bucket(int place) {
        int wheel = place >>> BUCKET_BITS;
        return chunk(wheel)[at(wheel) + FIRST_BUCKET + (place & (BUCKETS - 1))];
    }

    void bucket(int place, long bucket) {
        int wheel = place >>> BUCKET_BITS;
        chunk(wheel)[at(wheel) + FIRST_BUCKET + (place & (BUCKETS - 1))] = bucket;
    }

    void occupy(int place, long bucket) {
        int wheel = place >>> BUCKET_BITS;
        chunk(wheel)[at(wheel) + STATE] |= bit(place);
        bucket(place, bucket);
    }

    /** Empties a bucket and returns which others of its wheel are occupied. */
    int vacate(int place) {
        int wheel = place >>> BUCKET_BITS;
        chunk(wheel)[at(wheel) + STATE] &= ~bit(place);
        return occupied(wheel);
    }

    private long[] chunk(int wheel) {
        return chunks[wheel >>> CHUNK_BITS];
    }

    private static int at(int wheel) {
        return LONGS * (wheel & CHUNK_MASK);
    }
}
