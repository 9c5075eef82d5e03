package io.tickbus.publisher.timer;

/**
 * The word of one bucket of a wheel: a list of timers, or a finer wheel.
 *
 * <pre>
 *   63      62         61 .. 48  47 .. 24  23 .. 0
 *   0       ascending  count     tail      head       a list; ascending: no timer stands behind a later one
 *   1                                  31 .. 0        a wheel
 * </pre>
 *
 * The count stays at its largest value once it is there; only a list of equal deadlines gets that long.
 */
final class Bucket {
    /** The most timers that a head or a tail can tell apart. */
    static final int MAX_TIMERS = 1 << 24;
    static final int MAX_COUNT = (1 << 14) - 1;

    private static final long WHEEL = 1L << 63;
    private static final long ASCENDING = 1L << 62;
    private static final int COUNT_SHIFT = 48;
    private static final int TAIL_SHIFT = 24;
    private static final int TIMER_MASK = MAX_TIMERS - 1;
    private static final long COUNT_ONE = 1L << COUNT_SHIFT;

    private Bucket() {
    }

    static long listOf(int timer) {
        return ASCENDING | COUNT_ONE | (long) timer << TAIL_SHIFT | timer;
    }

    static long list(int head, int tail, int count, boolean isAscending) {
        return (isAscending ? ASCENDING : 0) | (long) count << COUNT_SHIFT | (long) tail << TAIL_SHIFT | head;
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

    static boolean isAscending(long bucket) {
        return (bucket & ASCENDING) != 0;
    }

    static int count(long bucket) {
        return (int) (bucket >>> COUNT_SHIFT) & MAX_COUNT;
    }

    static int head(long bucket) {
        return (int) bucket & TIMER_MASK;
    }

    static int tail(long bucket) {
        return (int) (bucket >>> TAIL_SHIFT) & TIMER_MASK;
    }

    /** One more at the end; whether the list still ascends is the caller's to know. */
    static long appended(long bucket, int tail, boolean isAscending) {
        long flags = isAscending ? bucket & ASCENDING : 0;
        return list(head(bucket), tail, Math.min(count(bucket) + 1, MAX_COUNT), false) | flags;
    }

    /** One less, with the head and the tail that the list then has. */
    static long removed(long bucket, int head, int tail) {
        int count = count(bucket);
        return list(head, tail, count == MAX_COUNT ? count : count - 1, false) | (bucket & ASCENDING);
    }
}
