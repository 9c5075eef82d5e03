// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.calendar.CalendarSchedule;

/**
 * When a repeating timer is due: after one period after the other, or at the instants of a calendar schedule. Its
 * period says which: above 0, nanoseconds; below 0, minus the number of a schedule that is among the {@link Schedules}.
 */
final class Recurrence {
    private static final long SECOND_NS = 1_000_000_000;
    private static final long DAY_NS = 86_400 * SECOND_NS;

    private final Schedules schedules;

    Recurrence(Schedules schedules) {
        this.schedules = schedules;
    }

    /**
     * The deadline {@code count} occurrences after the one at {@code dueNs}; {@link Saturating#NEVER_NS} if there is
     * none.
     *
     * @param occurrence the number of the one at {@code dueNs}
     */
    long deadlineNs(long period, long occurrence, long dueNs, long count) {
        if (period > 0) {
            return Saturating.deadlineNs(dueNs, Saturating.product(count, period));
        }
        CalendarSchedule schedule = schedules.of(period);
        if (count >= schedule.limit() - occurrence) {
            return Saturating.NEVER_NS;
        }
        return toNs(schedules.next(period, dueNs / SECOND_NS, count));
    }

    /** The deadline of a schedule's occurrence of this number, which is the first that is later than a time. */
    long firstAfterNs(long period, long occurrence, long untilNs) {
        CalendarSchedule schedule = schedules.of(period);
        return occurrence >= schedule.limit() ? Saturating.NEVER_NS
                : toNs(schedules.next(period, untilNs / SECOND_NS, 1));
    }

    /** How many occurrences are later than the one at {@code dueNs}, and due by {@code untilNs}, not before it. */
    long countUntil(long period, long occurrence, long dueNs, long untilNs) {
        if (period > 0) {
            return Saturating.difference(untilNs, dueNs) / period;
        }
        CalendarSchedule schedule = schedules.of(period);
        return Math.min(schedule.count(dueNs / SECOND_NS, untilNs / SECOND_NS), schedule.limit() - 1 - occurrence);
    }

    /** The first instant of a schedule at {@code fromNs} or later; {@link Saturating#NEVER_NS} if there is none. */
    long firstNs(long period, long fromNs) {
        return toNs(schedules.next(period, Math.floorDiv(fromNs - 1, SECOND_NS), 1));
    }

    private static long toNs(long instant) {
        return instant == CalendarSchedule.NONE ? Saturating.NEVER_NS : instant * SECOND_NS;
    }

    /** Nanoseconds from one occurrence to the next; of a schedule the mean of a day on which it is due. */
    long intervalNs(long period) {
        return period >= 0 ? period : DAY_NS / schedules.of(period).perDay();
    }

    /** Firings a second, in units of 2^−16; 0 for a one-shot timer and for an interval of more than 18 hours. */
    long share(long period) {
        return UsageMeter.share(intervalNs(period));
    }
}
