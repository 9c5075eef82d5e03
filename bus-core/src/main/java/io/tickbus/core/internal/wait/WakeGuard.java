// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import java.util.concurrent.TimeUnit;

/**
 * How long before a deadline a sleeper must wake to be awake when it comes: learned from how late the kernel really
 * woke it.
 *
 * <p>The guard follows the 98th percentile of the observed oversleep by stochastic approximation: one step up for each
 * wake-up later than the estimate, a 49th of a step down for each one that was not. Rare stalls of the host, however
 * long, move it by one step each and no more. A share of the time to the deadline bounds it, so that the spinning never
 * costs more than that share of a core, except for deadlines less than 0.4 ms apart. The bounds may be
 * changed while it learns; what was learned stays, within them.
 *
 * <p><b>Threads:</b> one writer; the accessors may be read by others and are then approximate. <b>Progress:</b>
 * wait-free.
 *
 * <p>Source: Robbins and Monro, <i>A Stochastic Approximation Method</i> (1951).
 */
public final class WakeGuard {
    /** Time added to the estimate, from the wake-up to the first poll. */
    public static final long MARGIN_NS = TimeUnit.MICROSECONDS.toNanos(8);
    /** The guard before anything was learned. */
    public static final long INITIAL_NS = TimeUnit.MICROSECONDS.toNanos(80);
    /** The shortest guard, until {@link #setBounds}. */
    public static final long MIN_NS = MARGIN_NS;
    /** The longest guard, until {@link #setBounds}. */
    public static final long MAX_NS = TimeUnit.MICROSECONDS.toNanos(150);
    /** The share of a core that spinning may cost, until {@link #setBounds}. */
    public static final double MAX_SPIN_SHARE = 0.08;

    private static final long SHORTEST_BOUND_NS = TimeUnit.MICROSECONDS.toNanos(32);
    private static final long STEP_UP_NS = TimeUnit.MICROSECONDS.toNanos(4);
    private static final long STEP_DOWN_NS = STEP_UP_NS / 49;

    private long minNs = MIN_NS;
    private long maxNs = MAX_NS;
    private double maxSpinShare = MAX_SPIN_SHARE;
    private long estimateNs;
    private long wakeUps;

    /** A guard that has learned nothing yet. */
    public WakeGuard() {
        estimateNs = INITIAL_NS - MARGIN_NS;
    }

    /**
     * Changes the bounds; only for the thread that waits with it.
     *
     * @param newMinNs        the shortest guard in nanoseconds, at least 0; less than {@link #MARGIN_NS} means as much
     * @param newMaxNs        the longest guard in nanoseconds, at least the shortest
     * @param newMaxSpinShare the share of a core that spinning may cost, 0 to 1; the shortest guard may cost more
     */
    public void setBounds(long newMinNs, long newMaxNs, double newMaxSpinShare) {
        if (newMinNs < 0 || newMaxNs < newMinNs || !(newMaxSpinShare >= 0 && newMaxSpinShare <= 1)) {
            throw new IllegalArgumentException("bounds of a guard are 0 <= min <= max and a share from 0 to 1: minNs="
                    + newMinNs + " maxNs=" + newMaxNs + " share=" + newMaxSpinShare);
        }
        minNs = newMinNs;
        maxNs = newMaxNs;
        maxSpinShare = newMaxSpinShare;
        estimateNs = bounded(estimateNs);
    }

    /**
     * How long before a deadline to wake.
     *
     * @param horizonNs time from now to the deadline
     */
    public long guardNs(long horizonNs) {
        long bound = (long) (horizonNs * maxSpinShare);
        return Math.min(guardNs(), Math.max(Math.max(SHORTEST_BOUND_NS, minNs), bound));
    }

    /** What was learned, without the bound. */
    public long guardNs() {
        // The least is the margin, unless the longest guard is shorter than that.
        return Math.min(estimateNs + MARGIN_NS, maxNs);
    }

    /** Learns from one sleep that ran to its time. {@code oversleepNs} is how much later it ended. */
    public void recordWakeUp(long oversleepNs) {
        wakeUps++;
        estimateNs += oversleepNs > estimateNs ? STEP_UP_NS : -STEP_DOWN_NS;
        estimateNs = bounded(estimateNs);
    }

    private long bounded(long newEstimateNs) {
        return Math.max(Math.max(0, minNs - MARGIN_NS), Math.min(newEstimateNs, maxNs - MARGIN_NS));
    }

    /** Sleeps learned from. */
    public long wakeUps() {
        return wakeUps;
    }
}
