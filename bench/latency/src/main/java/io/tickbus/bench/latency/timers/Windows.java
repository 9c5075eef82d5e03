// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Lateness by windows of time, by deadline: the percentiles of each window, and where there are few timers the mean of
 * each timer in it.
 */
final class Windows {
    private static final int FEW = 16;
    private static final int DIGITS = 2;
    private static final long HIGHEST_NS = 120_000_000_000L;
    private static final double P50 = 50.0;
    private static final double P99 = 99.0;

    private final long startNs;
    private final long windowNs;
    private final double[][] sumNs;
    private final int[][] count;
    private final Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
    private final List<Long> p50Ns = new ArrayList<>();
    private final List<Long> p99Ns = new ArrayList<>();
    private final List<Long> maxNs = new ArrayList<>();
    private long window;

    Windows(Workload workload, Schedule schedule) {
        startNs = schedule.startNs();
        windowNs = workload.windowNs();
        int windows = windowNs == 0 ? 0 : (int) (workload.durationNs() / windowNs);
        int timers = windows == 0 || schedule.size() > FEW ? 0 : schedule.size();
        sumNs = new double[timers][windows];
        count = new int[timers][windows];
    }

    void record(int timer, long deadlineNs, long latenessNs) {
        if (windowNs == 0) {
            return;
        }
        long current = (deadlineNs - startNs) / windowNs;
        if (current > window) {
            close();
            window = current;
        }
        histogram.recordValue(Math.max(0, Math.min(latenessNs, HIGHEST_NS)));
        if (timer < sumNs.length && current < sumNs[timer].length) {
            sumNs[timer][(int) current] += latenessNs;
            count[timer][(int) current]++;
        }
    }

    private void close() {
        if (histogram.getTotalCount() > 0) {
            p50Ns.add(histogram.getValueAtPercentile(P50));
            p99Ns.add(histogram.getValueAtPercentile(P99));
            maxNs.add(histogram.getMaxValue());
            histogram.reset();
        }
    }

    Map<String, Object> toWire() {
        close();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("p50Ns", p50Ns);
        map.put("p99Ns", p99Ns);
        map.put("maxNs", maxNs);
        List<List<Double>> means = new ArrayList<>();
        for (int timer = 0; timer < sumNs.length; timer++) {
            List<Double> ofTimer = new ArrayList<>();
            for (int i = 0; i < sumNs[timer].length; i++) {
                ofTimer.add(sumNs[timer][i] / Math.max(1, count[timer][i]));
            }
            means.add(ofTimer);
        }
        map.put("meansNs", means);
        return map;
    }
}
