// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * What one owner or one user uses of the engine: its timers, the sum of the rates of its periodic timers, and its
 * armings, which a token bucket limits. All are integers that add up exactly: a removal takes off what its addition
 * put on.
 */
final class UsageMeter {
    private static final long SECOND_NS = 1_000_000_000;
    private static final int FIRINGS_SHIFT = 16;

    private int timers;
    /** Firings a second, in units of 2^−16. */
    private long firings;
    /** Debt of the token bucket: a second in nanoseconds for each arming, paid off as time passes. */
    private long owed;
    private long sinceNs;

    /** Firings a second, in units of 2^−16; 0 for one firing and for an interval of more than 18 hours. */
    static long share(long intervalNs) {
        return intervalNs == 0 ? 0 : (SECOND_NS << FIRINGS_SHIFT) / intervalNs;
    }

    /** Pending and paused timers. */
    int timers() {
        return timers;
    }

    long firings() {
        return firings;
    }

    /** Counts timers and their share of firings; both are negative for a removal. */
    void add(int count, long share) {
        timers += count;
        firings += share;
    }

    /** Restarts the counts of timers and firings. */
    void clear() {
        timers = 0;
        firings = 0;
    }

    /** Whether this share more is within a number of firings a second. */
    boolean hasRoom(long share, int maxPerSecond) {
        return firings + share <= (long) maxPerSecond << FIRINGS_SHIFT;
    }

    /** Whether one more arming is within the burst, of which {@code perSecond} are paid off each second. */
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

    /** Counts an arming. */
    void onArmed() {
        owed += SECOND_NS;
    }
}
