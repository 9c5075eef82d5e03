// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells when a figure that is taken again and again stands still: when the medians of its last windows are alike. What
 * has stood still once has warmed up; what comes later is the host.
 */
public final class Convergence {
    private static final int WINDOWS = 3;

    private final double share;
    private final int windowLength;
    private final int fewest;
    private final List<Double> figures = new ArrayList<>();
    private boolean isReached;

    /**
     * @param share        by which the largest of the medians may be above the smallest
     * @param windowLength figures
     * @param fewest       figures before anything is said: code that is half compiled stands still for a while too
     */
    public Convergence(double share, int windowLength, int fewest) {
        this.share = share;
        this.windowLength = windowLength;
        this.fewest = Math.max(fewest, WINDOWS * windowLength);
    }

    /** Adds the next figure. Returns whether it has stood still by now. */
    public boolean add(double figure) {
        figures.add(figure);
        isReached |= figures.size() >= fewest && isStill();
        return isReached;
    }

    private boolean isStill() {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int end = figures.size(); end > figures.size() - WINDOWS * windowLength; end -= windowLength) {
            double median = Percentiles.median(figures.subList(end - windowLength, end));
            least = Math.min(least, median);
            most = Math.max(most, median);
        }
        return most <= (1 + share) * least;
    }

    /** Whether it has stood still. */
    public boolean isReached() {
        return isReached;
    }
}
