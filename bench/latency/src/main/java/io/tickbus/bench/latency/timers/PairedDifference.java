// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.Percentiles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * By how much one of two is slower, from pairs that were measured right after each other: the median of the
 * differences, and its confidence interval from their order, which assumes nothing of how they are distributed.
 *
 * <p>Source: Conover, <i>Practical Nonparametric Statistics</i>, §3.2: the interval of a quantile.
 */
final class PairedDifference {
    /** Of the normal distribution, for 95 %. */
    private static final double Z = 1.96;
    private static final double PERCENT = 100;

    private final List<Double> onNs = new ArrayList<>();
    private final List<Double> offNs = new ArrayList<>();
    private final List<Double> percents = new ArrayList<>();

    void add(double on, double off) {
        onNs.add(on);
        offNs.add(off);
        percents.add((on - off) / off * PERCENT);
    }

    double median() {
        return Percentiles.median(percents);
    }

    /** The lower end of the interval; with fewer than 6 pairs there is none, and it is the smallest difference. */
    double low() {
        return sorted().get(rank());
    }

    /** The upper end. */
    double high() {
        return sorted().get(percents.size() - 1 - rank());
    }

    private List<Double> sorted() {
        List<Double> sorted = new ArrayList<>(percents);
        Collections.sort(sorted);
        return sorted;
    }

    private int rank() {
        int pairs = percents.size();
        return Math.max(0, (int) Math.floor((pairs - Z * Math.sqrt(pairs)) / 2));
    }

    void describe(Row row, double goalPercent) {
        row.put("onNs", Percentiles.median(onNs)).put("offNs", Percentiles.median(offNs))
                .put("differencePercent", median()).put("lowPercent", low()).put("highPercent", high())
                .put("pairs", percents.size()).put("isWithinGoal", high() <= goalPercent);
    }
}
