package io.tickbus.cli.clock;

import io.tickbus.posix.ClockId;
import io.tickbus.posix.PosixClock;

/**
 * Whether {@link System#nanoTime()} and CLOCK_MONOTONIC are one clock: a reading of the one must always lie between two
 * of the other.
 *
 * @param isEqual     null where it could not be measured
 * @param comparisons how many readings were compared
 */
record NanoTimeEquality(Boolean isEqual, int comparisons) {
    static final NanoTimeEquality UNKNOWN = new NanoTimeEquality(null, 0);
    private static final int COMPARISONS = 10_000;

    static NanoTimeEquality measure() {
        for (int i = 0; i < COMPARISONS; i++) {
            long beforeNs = System.nanoTime();
            long monotonicNs = PosixClock.now(ClockId.MONOTONIC);
            long afterNs = System.nanoTime();
            if (monotonicNs < beforeNs || monotonicNs > afterNs) {
                return new NanoTimeEquality(false, i + 1);
            }
        }
        return new NanoTimeEquality(true, COMPARISONS);
    }

    /** In words. */
    String sentence() {
        if (isEqual == null) {
            return "whether System.nanoTime is CLOCK_MONOTONIC cannot be told without native access";
        }
        return isEqual ? "System.nanoTime is CLOCK_MONOTONIC: each of " + comparisons + " readings lay between two of"
                + " the other" : "System.nanoTime is NOT CLOCK_MONOTONIC: times of other programs' records do not"
                + " compare; use another JVM";
    }
}
