package io.tickbus.timer;

/**
 * Fires what is due of both wheels, in the order of their deadlines; of equal ones now one of this wheel, now one of
 * the other, so that a timer that catches up does not keep the other wheel's from their turn.
 *
 * <p>Some at a time. Everything that those will look at is first looked at all at once, so that it is not fetched from
 * memory piece after piece as they fire: of 100,000 timers that are due together none is in the cache. A processor
 * fetches a dozen of them at once if it need not know one to find the next.
 */
final class ExpiryLoop {
    private static final int MOST = 32;

    private final TimerStore store;
    private final int[] timers = new int[MOST];
    private boolean isCalendarsTurn;
    /** Without a meaning: keeps the looks from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long seen;

    ExpiryLoop(TimerStore store) {
        this.store = store;
    }

    /** Fires what is due by then, {@code limit} at most; returns how many. */
    int expire(long nowNs, int limit, TimingWheel.ExpiryHandler handler) {
        if (store.nextCalendarNs() <= nowNs) {
            store.lookAtClockOnce(nowNs);
        }
        int fired = 0;
        int looked = 0;
        while (fired < limit) {
            looked = looked == 0 ? next(nowNs, limit - fired) : looked;
            boolean isCalendar = isCalendarFirst(nowNs);
            boolean isFired = isCalendar ? store.calendarWheel().expireFirst(realtimeNs(nowNs), handler)
                    : store.wheel().expireFirst(nowNs, handler);
            if (!isFired) {
                break;
            }
            looked--;
            fired++;
        }
        return fired;
    }

    private boolean isCalendarFirst(long nowNs) {
        if (store.calendarWheel().pending() == 0) {
            return false;
        }
        long calendarNs = store.nextCalendarNs();
        long otherNs = store.wheel().nextDeadlineNs();
        if (calendarNs == otherNs && calendarNs <= nowNs) {
            isCalendarsTurn = !isCalendarsTurn;
            return isCalendarsTurn;
        }
        return calendarNs < otherNs;
    }

    /** What has the deadline NEVER is never due. */
    private long realtimeNs(long nowNs) {
        return Math.min(store.clock().realtimeNs(nowNs), Saturating.NEVER_NS - 1);
    }

    /** Looks at those that are due by then, as far as it goes. */
    void prepare(long untilNs) {
        lookAt(store.wheel().copyDue(untilNs, timers, MOST));
        lookAt(copyCalendarDue(untilNs, MOST));
    }

    /** How many are due of one wheel and have been looked at, as those of the other; 1 if none. */
    private int next(long nowNs, int limit) {
        int most = Math.min(limit, MOST);
        int calendarCount = copyCalendarDue(nowNs, most);
        if (calendarCount > 1) {
            lookAt(calendarCount);
        }
        int count = store.wheel().copyDue(nowNs, timers, most);
        if (count > 1) {
            lookAt(count);
        }
        return Math.max(1, Math.max(count, calendarCount));
    }

    private int copyCalendarDue(long nowNs, int most) {
        TimingWheel calendar = store.calendarWheel();
        return calendar.pending() == 0 ? 0 : calendar.copyDue(realtimeNs(nowNs), timers, most);
    }

    private void lookAt(int count) {
        TimerTable table = store.table();
        long sum = 0;
        for (int i = 0; i < count; i++) {
            // The first and the last word of an entry, which is longer than a cache line.
            sum += table.key(timers[i]) + table.cap(timers[i]);
        }
        seen = sum;
    }
}
