// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import io.tickbus.core.LateCause;

/**
 * What is known of one late firing. All times are CLOCK_MONOTONIC nanoseconds, all differences nanoseconds.
 *
 * <p><b>Threads:</b> one; used again for the next firing, so that nothing is allocated.
 */
public final class Evidence {
    /** Of a time that is not known: the thread has not slept, or it is not known when the timer was armed. */
    public static final long NEVER = Long.MIN_VALUE;

    /** When it was due. */
    public long deadlineNs;
    /** When it was published. */
    public long publishedNs;
    /** Since when the timer thread had been busy without a pause. */
    public long busySinceNs;
    /** When it had planned to wake, if it had slept before that. */
    public long plannedWakeNs;
    /** Firings since it was busy, this one included. */
    public long firings;
    /** Commands since it was busy. */
    public long commands;
    /** When the command that armed the timer was read, if that was after the deadline or the command waited. */
    public long receivedNs;
    /** When that command was carried out. */
    public long executedNs;
    /** The journal had no room for commands lately. */
    public boolean isJournalBlocked;
    /** The readings from before the trouble and from after it. */
    public final Reading before = new Reading();
    /** See {@link #before}. */
    public final Reading after = new Reading();

    /** Found: the cause. */
    public LateCause cause = LateCause.UNKNOWN;
    /** Found: how much of the lateness it explains. */
    public long causeNs;
    /** Found: what {@link LateCause} says of it. */
    public long detail;
}
