package io.tickbus.timer;

/**
 * The word of one bucket of a wheel: a list of timers, which is a chain of segments, or a finer wheel.
 *
 * <pre>
 *   63   62 .. 59       58 .. 50   49 .. 25       24 .. 0
 *   0    0              0          0              0               nothing
 *   0    used of last   segments   last segment   first segment   a list
 *   1                              37 .. 32 shift 31 .. 0         a wheel
 * </pre>
 *
 * How many slots of the last segment are used stands here too, so that who appends does not wait for the segment; and
 * the wheel's shift, so that who looks for a place does not wait for the wheel's head. The count of segments stays at
 * its largest value once it is there; only a list of equal deadlines gets that long.
 */
final class Bucket {
    static final long EMPTY = 0;
    static final int MAX_COUNT = (1 << 9) - 1;

    private static final long WHEEL = 1L << 63;
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

    static long wheel(int wheel, int shift) {
        return WHEEL | (long) shift << SHIFT_SHIFT | wheel;
    }

    static boolean isWheel(long bucket) {
        return bucket < 0;
    }

    static int wheelOf(long bucket) {
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

    /** How many slots of the last segment are or were used. */
    static int used(long bucket) {
        return (int) (bucket >>> USED_SHIFT);
    }

    /** One slot more of the last segment. */
    static long filled(long bucket) {
        return bucket + USED_ONE;
    }

    /** One segment more at the end, with one timer. */
    static long extended(long bucket, int last) {
        return list(first(bucket), last, count(bucket) + 1, 1);
    }

    /** One segment less, with the first and the last that there are then. */
    static long removed(long bucket, int first, int last, int used) {
        int count = count(bucket);
        return list(first, last, count == MAX_COUNT ? count : count - 1, used);
    }
}
