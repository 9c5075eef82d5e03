// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import java.util.function.LongSupplier;

/**
 * The two wheels of a {@link TimerStore}, which share their numbers: calendar timers are in a wheel whose time is
 * CLOCK_REALTIME, all others in one whose time is CLOCK_MONOTONIC.
 */
final class TimerWheels {
    /** Firings that are prefetched together. */
    private static final int MAX_PREFETCHED = 16;
    /** Timers that are prefetched for each of them, as the next ones are not known exactly. */
    private static final int CANDIDATES = 4;

    private final TimerTable table;
    private final CalendarClock clock;
    private final int[] prefetching = new int[CANDIDATES * MAX_PREFETCHED];
    private TimingWheel wheel;
    private TimingWheel calendarWheel;
    private boolean isCalendarsTurn;
    /** How many of the next firings are prefetched. */
    private int ready;
    /** Meaningless: stops the JIT from eliminating the loads. */
    @SuppressWarnings("UnusedVariable")
    private long prefetched;

    TimerWheels(TimerTable table, LongSupplier calendarOffset) {
        this.table = table;
        this.clock = new CalendarClock(calendarOffset);
        clear();
    }

    /** Replaces both wheels by empty ones. */
    void clear() {
        wheel = TimingWheel.create(TimerQuotas.MOST_TIMERS);
        calendarWheel = wheel.beside();
    }

    /** The wheel of calendar timers or that of all others. */
    TimingWheel of(boolean isCalendar) {
        return isCalendar ? calendarWheel : wheel;
    }

    /** The wheel of a timer that is in the table. */
    TimingWheel of(int timer) {
        return table.isCalendar(timer) ? calendarWheel : wheel;
    }

    /** Whether a number can be reused. */
    boolean hasFree() {
        return wheel.hasFree();
    }

    int pending() {
        return wheel.pending() + calendarWheel.pending();
    }

    /** Copies the numbers of all pending timers, for which there must be room; returns how many. */
    int copyAll(int[] into) {
        return calendarWheel.copyAll(into, wheel.copyAll(into, 0));
    }

    long sizeBytes() {
        return wheel.sizeBytes() + calendarWheel.orderBytes();
    }

    /** Converts a CLOCK_MONOTONIC time to the timer's clock. */
    long nowOf(int timer, long nowNs) {
        return table.isCalendar(timer) ? clock.realtimeNs(nowNs) : nowNs;
    }

    /** Converts a time in the timer's clock to CLOCK_MONOTONIC; 0 for a calendar time before the host started. */
    long monotonicNs(int timer, long timeNs) {
        return table.isCalendar(timer) ? Math.max(0, clock.monotonicNs(timeNs)) : timeNs;
    }

    /** Reads CLOCK_REALTIME and converts a CLOCK_MONOTONIC time to it. */
    long readRealtimeNs(long monotonicNs) {
        clock.read(calendarWheel.pending() > 0);
        return clock.realtimeNs(monotonicNs);
    }

    /** Reads CLOCK_REALTIME and converts a time of it to CLOCK_MONOTONIC. */
    long readMonotonicNs(long realtimeNs) {
        clock.read(calendarWheel.pending() > 0);
        return clock.monotonicNs(realtimeNs);
    }

    boolean hasCalendarTimers() {
        return calendarWheel.pending() > 0;
    }

    /** As {@link TimerQueue#pollCalendar}. */
    long pollCalendar(long nowNs) {
        return calendarWheel.pending() == 0 ? Long.MAX_VALUE : clock.poll(nowNs);
    }

    /** How often CLOCK_REALTIME was found set. */
    long clockSteps() {
        return clock.steps();
    }

    /** Takes CLOCK_REALTIME to be this far ahead until {@link #unpin}. */
    void pin(long offsetNs) {
        clock.pin(offsetNs);
    }

    void unpin() {
        clock.unpin();
    }

    /** The earliest deadline of all, CLOCK_MONOTONIC; {@link Long#MAX_VALUE} if nothing is pending. */
    long nextDeadlineNs() {
        return Math.min(wheel.nextDeadlineNs(), nextCalendarNs());
    }

    /** As {@link TimingWheel#latestDeadlineNs} of both wheels, CLOCK_MONOTONIC. */
    long latestDeadlineNs() {
        long latestNs = wheel.latestDeadlineNs();
        return calendarWheel.pending() == 0 ? latestNs
                : Math.max(latestNs, clock.monotonicNs(calendarWheel.latestDeadlineNs()));
    }

    /** Reads CLOCK_REALTIME if a calendar timer is due by a time: it is read again then, which is faster. */
    void prefetchClock(long untilNs) {
        if (nextCalendarNs() <= untilNs) {
            clock.read(true);
        }
    }

    private long nextCalendarNs() {
        return calendarWheel.pending() == 0 ? Long.MAX_VALUE : clock.monotonicNs(calendarWheel.nextDeadlineNs());
    }

    /**
     * Prepares for {@link #pollDue}: reads CLOCK_REALTIME if a calendar timer may be due, and tells both wheels the
     * time.
     */
    void beginExpiry(long nowNs) {
        if (nextCalendarNs() <= nowNs) {
            clock.readOnce(nowNs, calendarWheel.pending() > 0);
        }
        wheel.tell(nowNs);
        calendarWheel.tell(dueRealtimeNs(nowNs));
        ready = 0;
    }

    /**
     * Takes the first timer of both wheels if it is due, in the order of their deadlines. Of equal deadlines the wheels
     * take turns, so that a timer that catches up does not delay the other wheel's.
     *
     * @param limit how many more the caller takes, for the sake of prefetching
     * @return the timer, whose number is taken until {@link #endFiring}; or {@link TimerSlab#NONE}
     */
    int pollDue(long nowNs, int limit) {
        ready = ready == 0 ? prefetch(nowNs, limit) : ready;
        boolean isCalendar = isCalendarFirst(nowNs);
        TimingWheel from = of(isCalendar);
        if (!from.isDue(isCalendar ? dueRealtimeNs(nowNs) : nowNs)) {
            return TimerSlab.NONE;
        }
        ready--;
        return from.pollFirst();
    }

    /** As {@link TimingWheel#endFiring}. */
    void endFiring(int timer) {
        wheel.endFiring(timer);
    }

    private boolean isCalendarFirst(long nowNs) {
        if (calendarWheel.pending() == 0) {
            return false;
        }
        long calendarNs = nextCalendarNs();
        long otherNs = wheel.nextDeadlineNs();
        if (calendarNs == otherNs && calendarNs <= nowNs) {
            isCalendarsTurn = !isCalendarsTurn;
            return isCalendarsTurn;
        }
        return calendarNs < otherNs;
    }

    /** Below the deadline NEVER, which is never due. */
    private long dueRealtimeNs(long nowNs) {
        return Math.min(clock.realtimeNs(nowNs), Saturating.NEVER_NS - 1);
    }

    /** Loads what cancelling or re-arming some timers will use; numbers that no timer has do no harm. */
    void prefetch(int[] timers, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += of(timers[i]).prefetch(timers[i]);
        }
        prefetched = sum;
    }

    /** Prefetches the timers that are due next; returns how many can fire before the next prefetch. */
    int prefetch(long nowNs, int limit) {
        int max = CANDIDATES * Math.min(limit, MAX_PREFETCHED);
        int calendarCount = 0;
        if (calendarWheel.pending() > 0) {
            calendarCount = calendarWheel.copyDue(dueRealtimeNs(nowNs), prefetching, max);
            table.prefetch(prefetching, calendarCount);
        }
        int count = wheel.copyDue(nowNs, prefetching, max);
        table.prefetch(prefetching, count);
        int most = Math.max(count, calendarCount);
        return most < max ? Math.max(1, most) : max / CANDIDATES;
    }
}
