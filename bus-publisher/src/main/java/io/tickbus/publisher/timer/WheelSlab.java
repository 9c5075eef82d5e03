package io.tickbus.publisher.timer;

import java.util.Arrays;

/**
 * The wheels of a {@link TimingWheel}: 64 buckets each, in chunks that are made as they are needed. The wheel {@link
 * #ROOT} is always there and covers every deadline.
 *
 * <pre>
 *   occupied: one bit per bucket                            64 bits
 *   any deadline that it covers                             64 bits
 *   bucket of the coarser wheel that it refines  32 | shift 32 bits
 *   64 buckets, see {@link Bucket}
 * </pre>
 *
 * A bucket of a wheel of shift {@code s} holds {@code 2^s} ns, so a wheel covers the {@code 2^(s+6)} deadlines that
 * differ in their lowest {@code s + 6} bits only. A place is {@code wheel << 6 | number of the bucket}.
 */
final class WheelSlab {
    static final int ROOT = 0;
    static final int BUCKETS = 64;
    static final int BUCKET_BITS = 6;
    private static final int ROOT_SHIFT = 60;

    private static final int CHUNK_BITS = 7;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int OCCUPIED = 0;
    private static final int COVERED = 1;
    private static final int ABOVE = 2;
    private static final int FIRST_BUCKET = 3;
    private static final int LONGS = FIRST_BUCKET + BUCKETS;
    private static final int NONE = -1;

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
        chunk[at + OCCUPIED] = 0;
        chunk[at + COVERED] = deadlineNs;
        chunk[at + ABOVE] = (long) place << 32 | shift;
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
        return (int) chunk(wheel)[at(wheel) + ABOVE];
    }

    /** Where the wheel hangs. */
    int place(int wheel) {
        return (int) (chunk(wheel)[at(wheel) + ABOVE] >>> 32);
    }

    void place(int wheel, int place) {
        chunk(wheel)[at(wheel) + ABOVE] = (long) place << 32 | shift(wheel);
    }

    /** Where in this wheel a deadline that it covers belongs. */
    int placeOf(int wheel, long deadlineNs) {
        // Earlier deadlines must have lower digits, negative ones too.
        return wheel << BUCKET_BITS | ((int) ((deadlineNs ^ Long.MIN_VALUE) >>> shift(wheel)) & (BUCKETS - 1));
    }

    long occupied(int wheel) {
        return chunk(wheel)[at(wheel) + OCCUPIED];
    }

    boolean isOccupied(int place) {
        return (occupied(place >>> BUCKET_BITS) & 1L << place) != 0;
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
        chunk(wheel)[at(wheel) + OCCUPIED] |= 1L << place;
        bucket(place, bucket);
    }

    /** Empties a bucket and returns which others of its wheel are occupied. */
    long vacate(int place) {
        int wheel = place >>> BUCKET_BITS;
        return chunk(wheel)[at(wheel) + OCCUPIED] &= ~(1L << place);
    }

    private long[] chunk(int wheel) {
        return chunks[wheel >>> CHUNK_BITS];
    }

    private static int at(int wheel) {
        return LONGS * (wheel & CHUNK_MASK);
    }
}
