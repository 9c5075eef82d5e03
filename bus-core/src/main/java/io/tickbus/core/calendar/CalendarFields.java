// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import java.util.BitSet;

/** What an expression says, as sets of bits: {@link CronParser} or {@link OnCalendarParser} fills it. */
final class CalendarFields {
    /** Bits 0 to 59. */
    long seconds;
    /** Bits 0 to 59. */
    long minutes;
    /** Bits 0 to 23. */
    int hours;
    /** Bits 1 to 12. */
    int months;
    /** Bits 1 to 31. */
    int days;
    /** Bits 1 to 31: days counted from the end of the month, 1 being its last. */
    int daysFromEnd;
    /** Bits 1 to 31: the day from Monday to Friday that is nearest to that day of the month. */
    int nearestWorkdays;
    /** The last day from Monday to Friday. */
    boolean isLastWorkday;
    /** Bits 0, Sunday, to 6. */
    int weekdays;
    /** As weekdays: the last in the month. */
    int lastWeekdays;
    /** Seven bits for the first such day of a month, then seven for the second, up to the fifth. */
    long nthWeekdays;
    /** Whether the day of the month does not matter. */
    boolean isAnyDay;
    boolean isAnyWeekday;
    /** Whether a day matches if its date or its weekday does, where neither is a star. */
    boolean isEitherDay;
    /** Whether hours or minutes begin with a star: what is due so often is not made up for. */
    boolean isFrequent;
    /** Null for every year; else by their number since {@link LocalTimes#FIRST_YEAR}. */
    BitSet years;

    boolean hasYear(int year) {
        return years == null || years.get(Math.max(0, year - LocalTimes.FIRST_YEAR));
    }
}
