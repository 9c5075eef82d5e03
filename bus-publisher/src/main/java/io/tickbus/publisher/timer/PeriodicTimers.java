package io.tickbus.publisher.timer;

import io.tickbus.core.SignalRecord;
import java.util.List;

/**
 * A fixed handful of periodic timers, as a daemon gets them from its command line: the next one is found by looking at
 * all of them.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> wait-free, O(timers) per firing, no allocation.
 */
public final class PeriodicTimers implements TimerQueue {
    private final PeriodicTimer[] timers;
    private final SignalRecord firing = new SignalRecord();

    /** Timers that fire from now on; ties fire in the list's order. */
    public PeriodicTimers(List<PeriodicTimer> timers) {
        this.timers = timers.toArray(new PeriodicTimer[0]);
    }

    @Override
    public long nextDeadlineNs() {
        long next = Long.MAX_VALUE;
        for (PeriodicTimer timer : timers) {
            next = Math.min(next, timer.deadlineNs());
        }
        return next;
    }

    @Override
    public int expire(long nowNs, int limit, FiringSink sink) {
        int fired = 0;
        while (fired < limit) {
            PeriodicTimer earliest = earliest();
            if (earliest == null || earliest.deadlineNs() > nowNs) {
                break;
            }
            earliest.fire(nowNs, firing);
            sink.fire(firing);
            fired++;
        }
        return fired;
    }

    private PeriodicTimer earliest() {
        PeriodicTimer earliest = null;
        for (PeriodicTimer timer : timers) {
            if (earliest == null || timer.deadlineNs() < earliest.deadlineNs()) {
                earliest = timer;
            }
        }
        return earliest;
    }
}
