// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cli.Report;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Ratios of the same round: their quartiles, and the interval that has the true median 95 times of 100. */
final class Ratios {
    private static final double NORMAL_95 = 1.96;

    private final List<Double> values = new ArrayList<>();

    void add(double numerator, double denominator) {
        if (denominator > 0) {
            values.add(numerator / denominator);
        }
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** Adds what was found to a report. */
    Report addTo(Report report) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int count = sorted.size();
        double reach = NORMAL_95 * Math.sqrt(count) / 2;
        return report.with("rounds", count).with("median", rounded(sorted, count / 2.0))
                .with("firstQuartile", rounded(sorted, count / 4.0))
                .with("thirdQuartile", rounded(sorted, count * 3 / 4.0))
                .with("from", rounded(sorted, Math.floor(count / 2.0 - reach)))
                .with("to", rounded(sorted, Math.ceil(count / 2.0 + reach)));
    }

    private static Object rounded(List<Double> sorted, double place) {
        int index = (int) Math.max(0, Math.min(sorted.size() - 1, place));
        return sorted.isEmpty() ? null : Double.valueOf(String.format(Locale.ROOT, "%.3f", sorted.get(index)));
    }
}
