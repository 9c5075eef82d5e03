// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

/**
 * A host that fires timers, as the log has it.
 *
 * <p>A host <em>covers</em> a time if it counts for what is due then. Each entry that it appends to the log, at the
 * cluster's time t, covers {@code [t + SETTLE, t + LEASE)}. So who covers a time T is decided by the log up to
 * {@code T - SETTLE}, and the same for all who have applied that much, whatever their clocks show.
 *
 * <p><b>Threads:</b> that of its {@link IntentLog}.
 */
public final class Host {
    private final int number;
    private final String name;
    private final long joinedNs;
    long epoch;
    long fromNs;
    long untilNs;
    long earlierFromNs;
    long earlierUntilNs;
    long appliedPosition;
    long boundNs;
    long lagNs;
    long seenNs;
    boolean hasLeft;
    boolean isFollower;

    Host(int number, String name, long joinedNs) {
        this.number = number;
        this.name = name;
        this.joinedNs = joinedNs;
    }

    /** From 0, in the order of joining; never reused. */
    public int number() {
        return number;
    }

    /** Its name, the same for all its lives. */
    public String name() {
        return name;
    }

    /** The cluster's time when it joined for the first time. It does not fire what was due before. */
    public long joinedNs() {
        return joinedNs;
    }

    /** Number of its present life. */
    public long epoch() {
        return epoch;
    }

    /** Up to where in the log it has applied everything, and its daemon has confirmed what was to be cancelled. */
    public long appliedPosition() {
        return appliedPosition;
    }

    /** Error bound of its clock as last reported, in nanoseconds; -1 if it is unknown. */
    public long boundNs() {
        return boundNs;
    }

    /** How long after the cluster's time it applied the latest entry, by its clock; negative if that is behind. */
    public long lagNs() {
        return lagNs;
    }

    /** The cluster's time of its latest entry in the log. */
    public long seenNs() {
        return seenNs;
    }

    /** Until when it covers, as far as the log knows. */
    public long untilNs() {
        return untilNs;
    }

    /** Whether it has left cleanly: it then fires nothing until it joins again. */
    public boolean hasLeft() {
        return hasLeft;
    }

    /** Whether it is no member: it keeps no log, and takes no part in deciding what is in it. */
    public boolean isFollower() {
        return isFollower;
    }

    /** Whether it counts for what is due at a time. */
    public boolean covers(long utcNs) {
        return (utcNs >= fromNs && utcNs < untilNs) || (utcNs >= earlierFromNs && utcNs < earlierUntilNs);
    }

    @Override
    public String toString() {
        return "host number=" + number + " name=" + name + " epoch=" + epoch + " joinedNs=" + joinedNs + " fromNs="
                + fromNs + " untilNs=" + untilNs + " earlierFromNs=" + earlierFromNs + " earlierUntilNs="
                + earlierUntilNs + " appliedPosition=" + appliedPosition + " boundNs=" + boundNs + " lagNs=" + lagNs
                + " seenNs=" + seenNs + " hasLeft=" + hasLeft + " isFollower=" + isFollower;
    }
}
