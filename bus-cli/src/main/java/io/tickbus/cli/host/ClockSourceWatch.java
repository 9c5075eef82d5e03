// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Notices that the kernel has changed its clock source, or that reading the time has become slow: Linux drops an
 * unstable TSC while running, and every read costs a system call from then on.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> between two checks a poll is one comparison; a check reads a file and then
 * the clock 1,800 times, or twice that where it seems to have become slow.
 */
public final class ClockSourceWatch {
    private static final double DEAR_FACTOR = 5;

    private final Path root;
    private final long intervalNs;
    private final DoubleSupplier readCostNs;
    private String source;
    private double lowestCostNs;
    private double lastCostNs;
    private boolean isDear;
    private long nextLookNs;

    private ClockSourceWatch(Path root, long intervalNs, DoubleSupplier readCostNs, long nowNs) {
        this.root = root;
        this.intervalNs = intervalNs;
        this.readCostNs = readCostNs;
        this.nextLookNs = nowNs + intervalNs;
    }

    /**
     * What {@link #poll} noticed.
     *
     * @param oldSource the clock source before
     * @param newSource the clock source now; the same where only the cost has changed
     * @param oldCostNs nanoseconds per {@link System#nanoTime()} before
     * @param newCostNs nanoseconds per {@link System#nanoTime()} now
     */
    public record Change(String oldSource, String newSource, double oldCostNs, double newCostNs) {
        /** Whether the source is another, and not only its cost. */
        public boolean isFlip() {
            return !oldSource.equals(newSource);
        }
    }

    /**
     * Takes the present source and cost as the normal ones.
     *
     * @param intervalNs nanoseconds between two checks, at least 1
     */
    public static ClockSourceWatch start(long intervalNs) {
        return start(Path.of("/"), intervalNs, System.nanoTime());
    }

    /**
     * As {@link #start(long)}, of another root and on the caller's clock.
     *
     * @param root the directory that contains {@code sys}
     */
    public static ClockSourceWatch start(Path root, long intervalNs, long nowNs) {
        return start(root, intervalNs, nowNs, ClockCost::glanceAtNanoTime);
    }

    static ClockSourceWatch start(Path root, long intervalNs, long nowNs, DoubleSupplier readCostNs) {
        if (intervalNs < 1) {
            throw new IllegalArgumentException("the interval must be at least 1 ns: intervalNs=" + intervalNs);
        }
        ClockSourceWatch watch = new ClockSourceWatch(root, intervalNs, readCostNs, nowNs);
        watch.source = ClockSources.read(root).active();
        watch.lastCostNs = readCostNs.getAsDouble();
        watch.lowestCostNs = watch.lastCostNs;
        return watch;
    }

    /**
     * Looks, if the interval has passed.
     *
     * @param nowNs {@link System#nanoTime()}
     * @return each change once
     */
    public Optional<Change> poll(long nowNs) {
        if (nowNs - nextLookNs < 0) {
            return Optional.empty();
        }
        nextLookNs = nowNs + intervalNs;
        String sourceNow = ClockSources.read(root).active();
        double costNowNs = costNs();
        boolean isDearNow = costNowNs > DEAR_FACTOR * lowestCostNs;
        boolean isChange = !sourceNow.equals(source) || (isDearNow && !isDear);
        Optional<Change> change = isChange
                ? Optional.of(new Change(source, sourceNow, lastCostNs, costNowNs)) : Optional.empty();
        source = sourceNow;
        lastCostNs = costNowNs;
        isDear = isDearNow;
        // The lowest and not the first: the first was measured before this code was compiled.
        lowestCostNs = Math.min(lowestCostNs, costNowNs);
        return change;
    }

    /** Measures again before it reports a slow clock: the first time another process may have interfered. */
    private double costNs() {
        double costNs = readCostNs.getAsDouble();
        return costNs > DEAR_FACTOR * lowestCostNs ? Math.min(costNs, readCostNs.getAsDouble()) : costNs;
    }
}
