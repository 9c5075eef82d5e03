// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.SplittableRandom;

/** A workload with its times: when each timer is due, and how often until the end. */
final class Schedule {
    private final long startNs;
    private final long endNs;
    private final long[] firstNs;
    private final long[] periodNs;

    Schedule(Workload workload, long startNs) {
        this.startNs = startNs;
        endNs = startNs + workload.durationNs();
        firstNs = new long[workload.size()];
        periodNs = new long[workload.size()];
        SplittableRandom random = new SplittableRandom(workload.seed());
        for (int timer = 0; timer < workload.timers(); timer++) {
            firstNs[timer] = startNs + (workload.spreadNs() == 0 ? 0 : random.nextLong(workload.spreadNs()));
            periodNs[timer] = workload.periodsNs().get(timer % workload.periodsNs().size());
        }
        if (workload.latecomerNs() > 0) {
            firstNs[workload.timers()] = startNs + workload.latecomerNs();
        }
    }

    int size() {
        return firstNs.length;
    }

    long startNs() {
        return startNs;
    }

    long endNs() {
        return endNs;
    }

    long firstNs(int timer) {
        return firstNs[timer];
    }

    long periodNs(int timer) {
        return periodNs[timer];
    }

    long deadlineNs(int timer, long occurrence) {
        return firstNs[timer] + occurrence * periodNs[timer];
    }

    /** Occurrences due before the end. */
    long occurrences(int timer) {
        if (firstNs[timer] >= endNs) {
            return 0;
        }
        return periodNs[timer] == 0 ? 1 : (endNs - firstNs[timer] + periodNs[timer] - 1) / periodNs[timer];
    }

    long occurrences() {
        long sum = 0;
        for (int timer = 0; timer < firstNs.length; timer++) {
            sum += occurrences(timer);
        }
        return sum;
    }
}
