package io.tickbus.publisher.timer;

/**
 * The word of one bucket of a wheel: a list of timers, which is a chain of segments, or a finer wheel.
 *
 * <pre>
 *   63      61 .. 48   47 .. 24       23 .. 0
 *   0       segments   last segment   first segment   a list
 *   1                                 31 .. 0         a wheel
 * </pre>
 *
 * The count of segments stays at its largest value once it is there; only a list of equal deadlines gets that long.
 */
final class Bucket {
    /** The most segments that a bucket can tell apart, so the most timers: one segment has one at least. */
    static final int MAX_SEGMENTS = 1 << 24;
    static final int MAX_COUNT = (1 << 14) - 1;

    private static final long WHEEL = 1L << 63;
    private static final int COUNT_SHIFT = 48;
    private static final int LAST_SHIFT = 24;
    private static final int SEGMENT_MASK = MAX_SEGMENTS - 1;

    private Bucket() {
    }

    static long listOf(int segment) {
        return list(segment, segment, 1);
    }

    static long list(int first, int last, int count) {
        return (long) Math.min(count, MAX_COUNT) << COUNT_SHIFT | (long) last << LAST_SHIFT | first;
    }

    static long wheel(int wheel) {
        return WHEEL | wheel;
    }

    static boolean isWheel(long bucket) {
        return bucket < 0;
    }

    static int wheelOf(long bucket) {
        return (int) bucket;
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

    /** One segment more at the end. */
    static long appended(long bucket, int last) {
        return list(first(bucket), last, count(bucket) + 1);
    }

    /** One segment less, with the first and the last that there are then. */
    static long removed(long bucket, int first, int last) {
        int count = count(bucket);
        return list(first, last, count == MAX_COUNT ? count : count - 1);
    }
}
