package io.tickbus.core.wait;

import java.util.concurrent.TimeUnit;

/**
 * How long before a deadline a sleeper must wake to be awake when it comes: learned from how late the kernel really
 * woke it.
 *
 * <p>The guard follows the 98th percentile of the observed oversleep by stochastic approximation: one step up for each
 * wake-up later than the estimate, a 49th of a step down for each one that was not. Rare stalls of the host, however
 * long, move it by one step each and no more. A share of the time to the deadline bounds it, so that the spinning never
 * costs more than that share of a core, save for deadlines less than half a millisecond apart.
 *
 * <p><b>Threads:</b> one writer; the accessors may be read by others and are then approximate. <b>Progress:</b>
 * wait-free.
 *
 * <p>Source: Robbins and Monro, <i>A Stochastic Approximation Method</i> (1951).
 */
public final class WakeGuard {
    /** Time added to the estimate, for the way from the wake-up to the first look. */
    public static final long MARGIN_NS = TimeUnit.MICROSECONDS.toNanos(8);
    /** The guard before anything was learned. */
    public static final long INITIAL_NS = TimeUnit.MICROSECONDS.toNanos(80);
    /** The longest guard. */
    public static final long MAX_NS = TimeUnit.MICROSECONDS.toNanos(150);
    /** The share of a core that spinning may cost. */
    public static final double MAX_SPIN_SHARE = 0.08;

    private static final long SHORTEST_BOUND_NS = TimeUnit.MICROSECONDS.toNanos(45);
    private static final long STEP_UP_NS = TimeUnit.MICROSECONDS.toNanos(4);
    private static final long STEP_DOWN_NS = STEP_UP_NS / 49;

    private long estimateNs;
    private long wakeUps;

    /** A guard that has learned nothing yet. */
    public WakeGuard() {
        estimateNs = INITIAL_NS - MARGIN_NS;
    }

    /**
     * How long before a deadline to wake.
     *
     * @param horizonNs time from now to the deadline
     */
    public long guardNs(long horizonNs) {
        long bound = (long) (horizonNs * MAX_SPIN_SHARE);
        return Math.min(guardNs(), Math.max(SHORTEST_BOUND_NS, bound));
    }

    /** What was learned, without the bound. */
    public long guardNs() {
        return estimateNs + MARGIN_NS;
    }

    /** Learns from one sleep that ran to its time. {@code oversleepNs} is how much later it ended. */
    public void recordWakeUp(long oversleepNs) {
        wakeUps++;
        estimateNs += oversleepNs > estimateNs ? STEP_UP_NS : -STEP_DOWN_NS;
        estimateNs = Math.max(0, Math.min(estimateNs, MAX_NS - MARGIN_NS));
    }

    /** Sleeps learned from. */
    public long wakeUps() {
        return wakeUps;
    }
}
