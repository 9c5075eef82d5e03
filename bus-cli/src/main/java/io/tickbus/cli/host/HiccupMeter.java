// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import java.util.concurrent.TimeUnit;

/**
 * What an idle spinning thread loses on this host: reads the clock in a tight loop and notes every gap. Stands beside
 * measured latencies, so that a reader can tell the host's stalls from ours.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> spins for as long as told.
 *
 * <p>Source: the idea is jHiccup's (Gil Tene), with a spinning thread instead of a sleeping one.
 */
public final class HiccupMeter {
    /** Gaps shorter than this are not counted: 5 µs. */
    public static final long THRESHOLD_NS = TimeUnit.MICROSECONDS.toNanos(5);

    private static final double DISTURBED_SHARE = 0.10;

    private long spunNs;
    private long count;
    private long stolenNs;
    private long maxNs;

    /** A meter that has seen nothing yet. */
    public HiccupMeter() {
        reset();
    }

    /** Forgets everything. */
    public void reset() {
        spunNs = 0;
        count = 0;
        stolenNs = 0;
        maxNs = 0;
    }

    /** Whether a host took so much of the time that it was watched, a tenth, that figures say more about it. */
    public static boolean isDisturbed(long stolenNs, long watchedNs) {
        return stolenNs > DISTURBED_SHARE * watchedNs;
    }

    /** Spins until a time, CLOCK_MONOTONIC nanoseconds. */
    public void spinUntil(long untilNs) {
        long startNs = System.nanoTime();
        long lastNs = startNs;
        while (lastNs < untilNs) {
            long nowNs = System.nanoTime();
            long gapNs = nowNs - lastNs;
            if (gapNs > THRESHOLD_NS) {
                count++;
                stolenNs += gapNs;
                maxNs = Math.max(maxNs, gapNs);
            }
            lastNs = nowNs;
        }
        spunNs += lastNs - startNs;
    }

    /** Time watched. */
    public long spunNs() {
        return spunNs;
    }

    /** Gaps above the threshold. */
    public long count() {
        return count;
    }

    /** Their sum. */
    public long stolenNs() {
        return stolenNs;
    }

    /** The longest. */
    public long maxNs() {
        return maxNs;
    }
}
