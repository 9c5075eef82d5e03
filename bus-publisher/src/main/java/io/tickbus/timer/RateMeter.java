package io.tickbus.timer;

/**
 * What one owner or one user takes of the engine's time: the sum of the rates of its periodic timers, and its armings
 * by a token bucket. All in integers that add up exactly: what is taken off is what was put on.
 */
final class RateMeter {
    private static final long SECOND_NS = 1_000_000_000;
    private static final int FIRINGS_SHIFT = 16;

    /** Firings a second, in shares of 2^−16. */
    private long firings;
    /** Armings that are not made up for by time yet, each a second's nanoseconds. */
    private long owed;
    private long sinceNs;

    /** The share of a timer; 0 of one that is due once, and of one with a period of more than 18 hours. */
    static long share(long periodNs) {
        return periodNs == 0 ? 0 : (SECOND_NS << FIRINGS_SHIFT) / periodNs;
    }

    void add(long share) {
        firings += share;
    }

    void clear() {
        firings = 0;
    }

    long firings() {
        return firings;
    }

    /** Whether a share more is within this many firings a second. */
    boolean hasRoom(long share, int mostPerSecond) {
        return firings + share <= (long) mostPerSecond << FIRINGS_SHIFT;
    }

    /** Whether one more arming is within the burst, as so many are made up for in a second. */
    boolean mayArm(long nowNs, int perSecond, int burst) {
        if (perSecond == RateQuotas.MOST) {
            owed = 0;
            return true;
        }
        if (nowNs > sinceNs) {
            owed = Math.max(0, owed - Saturating.product(nowNs - sinceNs, perSecond));
            sinceNs = nowNs;
        }
        return owed + SECOND_NS <= burst * SECOND_NS;
    }

    void armed() {
        owed += SECOND_NS;
    }
}
