// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells when a figure that is taken again and again, and that falls while code warms up, has come down: when the
 * medians of its last two windows are hardly below the least before them. How far above that they are says nothing:
 * what makes a figure rise, or jump, is the host. So a noisy figure settles too, and what has settled once has warmed
 * up.
 */
public final class Convergence {
    private static final int LAST_WINDOWS = 2;

    private final double share;
    private final int windowLength;
    private final int fewest;
    private final List<Double> figures = new ArrayList<>();
    private boolean isReached;

    /**
     * @param share        by which the least median of all may be above the last ones
     * @param windowLength figures
     * @param fewest       figures before anything is said: code that is half compiled stands still for a while too
     */
    public Convergence(double share, int windowLength, int fewest) {
        this.share = share;
        this.windowLength = windowLength;
        this.fewest = Math.max(fewest, (LAST_WINDOWS + 1) * windowLength);
    }

    /** Adds the next figure. Returns whether it has settled by now. */
    public boolean add(double figure) {
        figures.add(figure);
        isReached |= figures.size() >= fewest && hasSettled();
        return isReached;
    }

    private boolean hasSettled() {
        int lastFrom = figures.size() - LAST_WINDOWS * windowLength;
        return least(0, lastFrom) <= (1 + share) * least(lastFrom, figures.size());
    }

    /** The least median of the windows between two figures, the last of which ends with the latter. */
    private double least(int from, int end) {
        double least = Double.POSITIVE_INFINITY;
        for (int until = end; until - windowLength >= from; until -= windowLength) {
            least = Math.min(least, Percentiles.median(figures.subList(until - windowLength, until)));
        }
        return least;
    }

    /** Whether it has settled. */
    public boolean isReached() {
        return isReached;
    }
}
