// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.FiringStats.Tally;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records the firings of one schedule and checks each (timer, occurrence): once, never early, in order. Timers
 * that fire once must come in the order of their deadlines; a periodic one only in the order of its own occurrences,
 * since one that is behind takes turns with the others.
 *
 * <p><b>Threads:</b> one reports; {@link #isComplete()} from any.
 */
final class FiringLog {
    private final Schedule schedule;
    private final long settledNs;
    private final FiringStats stats = new FiringStats();
    private final int[] nextOccurrence;
    private final Windows windows;
    /** Of a single periodic timer; null for any others. */
    private final Drift drift;
    private long remaining;
    private long lastDeadlineNs = Long.MIN_VALUE;
    private int lastTimer;
    private volatile boolean isComplete;

    FiringLog(Workload workload, Schedule schedule) {
        this.schedule = schedule;
        settledNs = schedule.startNs() + workload.settleNs();
        nextOccurrence = new int[schedule.size()];
        windows = new Windows(workload, schedule);
        drift = schedule.size() == 1 && schedule.periodNs(0) > 0 ? new Drift(schedule.periodNs(0)) : null;
        remaining = schedule.occurrences();
    }

    Schedule schedule() {
        return schedule;
    }

    /** Records a firing. {@code missed} is how many further occurrences it stands for. */
    void fired(int timer, int occurrence, int missed, long observedNs) {
        long deadlineNs = schedule.deadlineNs(timer, occurrence);
        if (deadlineNs >= schedule.endNs()) {
            return;
        }
        int expected = nextOccurrence[timer];
        if (occurrence < expected) {
            stats.tally(Tally.DUPLICATED, 1);
            return;
        }
        stats.tally(Tally.LOST, occurrence - expected);
        // Folded ones beyond the end are not expected here.
        long folded = Math.min(missed, schedule.occurrences(timer) - occurrence - 1);
        stats.tally(Tally.MISSED, folded);
        nextOccurrence[timer] = occurrence + 1 + missed;
        measure(timer, deadlineNs, observedNs);
        if (drift != null && observedNs < schedule.endNs()) {
            drift.fired(occurrence, observedNs - deadlineNs);
        }
        remaining -= occurrence - expected + 1 + folded;
        if (remaining == 0) {
            isComplete = true;
        }
    }

    private void measure(int timer, long deadlineNs, long observedNs) {
        if (schedule.periodNs(timer) == 0) {
            checkOrder(timer, deadlineNs);
        }
        if (observedNs < deadlineNs) {
            stats.tally(Tally.EARLY, 1);
        }
        if (deadlineNs >= settledNs) {
            stats.record(observedNs - deadlineNs);
        }
        windows.record(timer, deadlineNs, observedNs - deadlineNs);
    }

    /** Timers that fire once come by deadline, and ties in the order of arming, which is that of their numbers. */
    private void checkOrder(int timer, long deadlineNs) {
        if (deadlineNs < lastDeadlineNs || (deadlineNs == lastDeadlineNs && timer < lastTimer)) {
            stats.tally(Tally.OUT_OF_ORDER, 1);
        }
        lastDeadlineNs = deadlineNs;
        lastTimer = timer;
    }

    /** Whether every occurrence due before the end was reported or counted as lost. */
    boolean isComplete() {
        return isComplete;
    }

    /** The stats, once nothing is reported any more: what is outstanding is lost. */
    FiringStats conclude() {
        stats.tally(Tally.LOST, remaining);
        remaining = 0;
        return stats;
    }

    /** What a child answers. */
    Map<String, Object> toWire(Map<String, Object> cpu) {
        Map<String, Object> map = new LinkedHashMap<>(cpu);
        map.put("figures", conclude().toWire());
        map.put("windows", windows.toWire());
        if (drift != null) {
            map.put("drift", drift.toMap());
        }
        return map;
    }
}
