// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import java.util.concurrent.TimeUnit;

/**
 * The run is divided into cycles, each cycle into one slice for each mode, so that all modes see the
 * same host in the same run. Publisher and subscriber compute it alike from the signal's deadline.
 *
 * @param startNs  the first deadline, CLOCK_MONOTONIC nanoseconds
 * @param periodNs between two signals
 * @param cycles   whole cycles
 * @param hasKill  whether signals of the kernel can be compared here
 */
record DemoSchedule(long startNs, long periodNs, int cycles, boolean hasKill) {
    static final long CYCLE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(40);
    private static final long SETTLING_NS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final DemoMode[] WITH_KILL = {DemoMode.PREDICTIVE, DemoMode.SPIN, DemoMode.PARK, DemoMode.KILL};
    private static final DemoMode[] WITHOUT_KILL = {DemoMode.PREDICTIVE, DemoMode.SPIN, DemoMode.PARK};

    DemoMode[] measuredModes() {
        return hasKill ? WITH_KILL.clone() : WITHOUT_KILL.clone();
    }

    long endNs() {
        return startNs + cycles * CYCLE_NS;
    }

    private long sliceNs() {
        return (CYCLE_NS - HICCUP_NS) / (hasKill ? WITH_KILL : WITHOUT_KILL).length;
    }

    private long inCycle(long timeNs) {
        return Math.floorMod(timeNs - startNs, CYCLE_NS);
    }

    DemoMode modeAt(long timeNs) {
        if (timeNs >= endNs()) {
            return DemoMode.PARK;
        }
        DemoMode[] modes = hasKill ? WITH_KILL : WITHOUT_KILL;
        int slice = (int) (inCycle(timeNs) / sliceNs());
        return slice < modes.length ? modes[slice] : DemoMode.HICCUP;
    }

    /** Whether a time is before the first cycle that counts: hot paths are compiled then. */
    boolean isWarmUp(long timeNs) {
        return timeNs < startNs;
    }

    /** Where the slice ends that a time lies in. */
    long sliceEndNs(long timeNs) {
        long inCycle = inCycle(timeNs);
        long end = Math.min(CYCLE_NS, (inCycle / sliceNs() + 1) * sliceNs());
        return timeNs - inCycle + end;
    }

    /** Whether a signal counts for its mode: not so the first of a slice, which the mode before still handles. */
    boolean isSettled(long deadlineNs) {
        long inSlice = inCycle(deadlineNs) % sliceNs();
        return !isWarmUp(deadlineNs) && deadlineNs < endNs() && inSlice >= SETTLING_NS;
    }

    String toText() {
        return startNs + " " + periodNs + " " + cycles + " " + hasKill;
    }

    static DemoSchedule parse(String text) {
        String[] words = text.strip().split(" ", -1);
        return new DemoSchedule(Long.parseLong(words[0]), Long.parseLong(words[1]), Integer.parseInt(words[2]),
                Boolean.parseBoolean(words[3]));
    }
}
