// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

/**
 * The local times that match an expression: a set of seconds since 1970 as a clock on the wall counts them. Every field
 * is a set of bits, so that the next match is found by counting zeros, without a search and without allocating.
 *
 * <p><b>Threads:</b> immutable. <b>Progress:</b> wait-free; {@link #next} examines one month after the
 * other, of those years that an expression has.
 */
final class LocalTimes {
    /** No match up to {@link #LAST_YEAR}. */
    static final long NONE = Long.MAX_VALUE;
    /** Local times of the first instants may lie before 1970. */
    static final int FIRST_YEAR = 1969;
    static final int LAST_YEAR = 2199;
    static final long SECONDS_PER_DAY = 86_400;

    /** Beyond every match. */
    static final long END = epochDay(LAST_YEAR + 1, 1, 1) * SECONDS_PER_DAY;
    private static final int ALL_WEEKDAYS = 0x7F;
    /** The weekday of 1970-01-01, from Sunday = 0. */
    private static final int EPOCH_WEEKDAY = 4;
    private static final int DAYS_PER_WEEK = 7;

    private final CalendarFields fields;

    LocalTimes(CalendarFields fields) {
        this.fields = fields;
    }

    /** The first match at {@code from} or later, if it is before {@code end}; else {@link #NONE}, or a later match. */
    long next(long from, long end) {
        if (from >= Math.min(end, END)) {
            return NONE;
        }
        long day = Math.floorDiv(from, SECONDS_PER_DAY);
        long date = civil(day);
        int year = (int) (date >> 16);
        int month = (int) (date >> 8) & 0xFF;
        int dayOfMonth = (int) date & 0xFF;
        int time = nextTime((int) Math.floorMod(from, SECONDS_PER_DAY));
        int days = daysOf(year, month) & (-1 << dayOfMonth);
        if (time < 0) {
            days &= ~(1 << dayOfMonth);
        }
        if (days == 0) {
            dayOfMonth = 0;
            long last = civil(Math.floorDiv(Math.min(end, END) - 1, SECONDS_PER_DAY)) >> Byte.SIZE;
            while (days == 0) {
                boolean isYearOver = month == 12 || !fields.hasYear(year);
                year += isYearOver ? 1 : 0;
                month = isYearOver ? 1 : month + 1;
                if ((((long) year << Byte.SIZE) | month) > last) {
                    return NONE;
                }
                days = daysOf(year, month);
            }
        }
        int match = Integer.numberOfTrailingZeros(days);
        return epochDay(year, month, match) * SECONDS_PER_DAY + (match == dayOfMonth ? time : nextTime(0));
    }

    /** The first time of day, in seconds, that matches at {@code from} or later; −1 if there is none. */
    private int nextTime(int from) {
        int hour = from / 3600;
        int minute = from / 60 % 60;
        long seconds = fields.seconds & (-1L << (from % 60));
        long minutes = fields.minutes & (-1L << minute);
        boolean isMinute = (minutes & (1L << minute)) != 0 && seconds != 0;
        if (!isMinute) {
            minutes &= ~(1L << minute);
            seconds = fields.seconds;
        }
        boolean isHour = (fields.hours & (1 << hour)) != 0 && minutes != 0;
        if (!isHour) {
            int hours = fields.hours & (-2 << hour);
            if (hours == 0) {
                return -1;
            }
            hour = Integer.numberOfTrailingZeros(hours);
            minutes = fields.minutes;
            seconds = fields.seconds;
        }
        int found = Long.numberOfTrailingZeros(minutes);
        if (isHour && found != minute) {
            seconds = fields.seconds;
        }
        return (hour * 60 + found) * 60 + Long.numberOfTrailingZeros(seconds);
    }

    /** How many match from {@code from} on and before {@code to}: examines months, and not the matches. */
    long count(long from, long to) {
        long end = Math.min(to, END);
        if (from >= end) {
            return 0;
        }
        long firstDay = Math.floorDiv(from, SECONDS_PER_DAY);
        long lastDay = Math.floorDiv(end, SECONDS_PER_DAY);
        return countDays(firstDay, lastDay) * perDay()
                - countDays(firstDay, firstDay + 1) * countTimes((int) Math.floorMod(from, SECONDS_PER_DAY))
                + countDays(lastDay, lastDay + 1) * countTimes((int) Math.floorMod(end, SECONDS_PER_DAY));
    }

    /** How many times a day has that matches. */
    int perDay() {
        return countTimes((int) SECONDS_PER_DAY);
    }

    /** How many times of day match that are before {@code end}, in seconds. */
    private int countTimes(int end) {
        int hour = end / 3600;
        int minute = end / 60 % 60;
        int perMinute = Long.bitCount(fields.seconds);
        int count = Integer.bitCount(fields.hours & ((1 << hour) - 1)) * Long.bitCount(fields.minutes) * perMinute;
        if ((fields.hours & (1 << hour)) != 0) {
            count += Long.bitCount(fields.minutes & ((1L << minute) - 1)) * perMinute;
            boolean isMinute = (fields.minutes & (1L << minute)) != 0;
            count += isMinute ? Long.bitCount(fields.seconds & ((1L << (end % 60)) - 1)) : 0;
        }
        return count;
    }

    /** How many days match from one day since 1970 on and before another. */
    private long countDays(long first, long end) {
        long count = 0;
        long date = civil(first);
        int year = (int) (date >> 16);
        int month = (int) (date >> 8) & 0xFF;
        int mask = -1 << ((int) date & 0xFF);
        for (long start = epochDay(year, month, 1); start < end && year <= LAST_YEAR;) {
            int length = monthLength(year, month);
            int days = daysOf(year, month) & mask;
            count += Integer.bitCount(start + length <= end ? days : days & ((1 << (end - start + 1)) - 1));
            start += length;
            mask = -1;
            year += month == 12 ? 1 : 0;
            month = month == 12 ? 1 : month + 1;
        }
        return count;
    }

    /** The days of a month that match: bits 1 to 31. */
    private int daysOf(int year, int month) {
        if ((fields.months & (1 << month)) == 0 || !fields.hasYear(year)) {
            return 0;
        }
        int length = monthLength(year, month);
        int first = weekday(epochDay(year, month, 1));
        int all = (int) ((1L << (length + 1)) - 2);
        int byDate = fields.isAnyDay ? all : daysByDate(length, first) & all;
        int byWeekday = fields.isAnyWeekday ? all : daysByWeekday(length, first) & all;
        boolean isEither = fields.isEitherDay && !fields.isAnyDay && !fields.isAnyWeekday;
        return isEither ? byDate | byWeekday : byDate & byWeekday;
    }

    private int daysByDate(int length, int first) {
        int days = fields.days;
        for (int left = fields.daysFromEnd; left != 0; left &= left - 1) {
            int day = length + 1 - Integer.numberOfTrailingZeros(left);
            days |= day > 0 ? 1 << day : 0;
        }
        for (int left = fields.nearestWorkdays; left != 0; left &= left - 1) {
            days |= nearestWorkday(Integer.numberOfTrailingZeros(left), length, first);
        }
        return fields.isLastWorkday ? days | nearestWorkday(length, length, first) : days;
    }

    /** The day from Monday to Friday in the same month that is nearest, as a bit; 0 if the month has no such day. */
    private static int nearestWorkday(int day, int length, int first) {
        if (day > length) {
            return 0;
        }
        int weekday = (first + day - 1) % DAYS_PER_WEEK;
        if (weekday == 6) {
            return 1 << (day == 1 ? day + 2 : day - 1);
        }
        if (weekday == 0) {
            return 1 << (day == length ? day - 2 : day + 1);
        }
        return 1 << day;
    }

    private int daysByWeekday(int length, int first) {
        int days = everyWeek(fields.weekdays, first);
        for (int left = fields.lastWeekdays; left != 0; left &= left - 1) {
            int weekday = Integer.numberOfTrailingZeros(left);
            int last = (first + length - 1) % DAYS_PER_WEEK;
            days |= 1 << (length - Math.floorMod(last - weekday, DAYS_PER_WEEK));
        }
        for (int week = 1; week <= 5; week++) {
            // Bits 7 (week - 1) to 7 (week - 1) + 6 are the weekdays chosen for this week.
            int weekdays = (int) (fields.nthWeekdays >>> (DAYS_PER_WEEK * (week - 1))) & ALL_WEEKDAYS;
            days |= everyWeek(weekdays, first) & (ALL_WEEKDAYS << (DAYS_PER_WEEK * (week - 1) + 1));
        }
        return days;
    }

    /** All days that are one of some weekdays, in a month whose first day is the weekday {@code first}. */
    private static int everyWeek(int weekdays, int first) {
        int week = ((weekdays >>> first) | (weekdays << (DAYS_PER_WEEK - first))) & ALL_WEEKDAYS;
        return (week | (week << 7) | (week << 14) | (week << 21) | (week << 28)) << 1;
    }

    static int monthLength(int year, int month) {
        boolean isLeap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
        return month == 2 ? isLeap ? 29 : 28 : 30 + ((month + (month >> 3)) & 1);
    }

    private static int weekday(long epochDay) {
        return Math.floorMod(epochDay + EPOCH_WEEKDAY, DAYS_PER_WEEK);
    }

    /**
     * Days from 1970-01-01 to a date. Source of this and of {@link #civil}: Howard Hinnant, "chrono-Compatible
     * Low-Level Date Algorithms".
     */
    static long epochDay(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(y, 400);
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468;
    }

    /** The date of a day since 1970: the year from bit 16 on, the month from bit 8 on, the day from bit 0 on. */
    static long civil(long epochDay) {
        long z = epochDay + 719_468;
        long era = Math.floorDiv(z, 146_097);
        int dayOfEra = (int) (z - era * 146_097);
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365L;
        int dayOfYear = (int) (dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100));
        int shifted = (5 * dayOfYear + 2) / 153;
        int day = dayOfYear - (153 * shifted + 2) / 5 + 1;
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        return (year << 16) | ((long) month << 8) | day;
    }
}
