// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

/**
 * A firing that was later than the daemon's threshold, and why. Times are CLOCK_MONOTONIC nanoseconds.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param deadlineNs  when it was due
 * @param publishedNs when it was published
 * @param sequence    position of its signal in the bus's line of signals
 * @param signalId    what the signal means
 * @param cause       what explains the largest part of the lateness
 * @param mode        code of the daemon's mode at the time
 * @param flags       flags of the signal
 * @param owner       the client that armed it, 0 to 65,535; 0 is the daemon itself
 * @param generation  the number that its owner gave the arming
 * @param causeNs     how much of the lateness the cause explains, in nanoseconds
 * @param detail      a number that says more, see {@link LateCause}
 */
public record LateFiring(long deadlineNs, long publishedNs, long sequence, int signalId, LateCause cause, int mode,
        int flags, int owner, int generation, long causeNs, long detail) {
    /** How late it was, in nanoseconds. */
    public long latenessNs() {
        return publishedNs - deadlineNs;
    }
}
