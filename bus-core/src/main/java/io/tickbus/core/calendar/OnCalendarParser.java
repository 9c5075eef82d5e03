// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import io.tickbus.core.calendar.CalendarParser.Parsed;
import io.tickbus.core.calendar.CalendarParser.Word;
import java.time.ZoneId;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the form of systemd's {@code OnCalendar}: weekdays, date, time, zone, of which each may be missing. Fractions
 * of a second are refused.
 */
final class OnCalendarParser {
    private static final int MAX_MINUTE = 59;
    private static final int MAX_HOUR = 23;
    private static final int MAX_DAY = 31;
    private static final int MAX_MONTH = 12;
    private static final Map<String, String> SHORTHANDS = Map.of("minutely", "*-*-* *:*:00", "hourly", "*-*-* *:00:00",
            "daily", "*-*-* 00:00:00", "weekly", "Mon *-*-* 00:00:00", "monthly", "*-*-01 00:00:00",
            "quarterly", "*-01,04,07,10-01 00:00:00", "semiannually", "*-01,07-01 00:00:00",
            "yearly", "*-01-01 00:00:00", "annually", "*-01-01 00:00:00");

    private final CalendarParser in;
    private final CalendarFields fields = new CalendarFields();

    OnCalendarParser(CalendarParser in) {
        this.in = in;
        fields.seconds = 1;
        fields.minutes = 1;
        fields.hours = 1;
        fields.months = (int) CalendarParser.bits(1, MAX_MONTH, 1);
        fields.isAnyDay = true;
        fields.isAnyWeekday = true;
    }

    Parsed parse(List<Word> words) {
        int count = words.size();
        Word last = words.get(count - 1);
        ZoneId zone = Character.isLetter(last.text().charAt(0)) && !isWeekdays(last) && !isShorthand(last)
                ? zone(last) : null;
        count -= zone == null ? 0 : 1;
        int i = 0;
        if (count > 0 && isShorthand(words.get(0))) {
            CalendarFields meant = CalendarParser.parse(SHORTHANDS.get(lower(words.get(0)))).fields();
            expectEnd(words, 1, count);
            return new Parsed(meant, zone);
        }
        if (i < count && isWeekdays(words.get(i))) {
            weekdays(words.get(i++));
        }
        if (i < count && !words.get(i).text().contains(":")) {
            date(words.get(i++));
        }
        if (i < count) {
            time(words.get(i++));
        }
        expectEnd(words, i, count);
        if (i == 0) {
            throw in.fail(words.get(0).index(), "a zone alone is no time");
        }
        return new Parsed(fields, zone);
    }

    private void expectEnd(List<Word> words, int i, int count) {
        if (i < count) {
            throw in.fail(words.get(i).index(), "'" + words.get(i).text() + "' is not understood here: expected are "
                    + "weekdays, date, time and zone, or five fields of cron");
        }
    }

    private static String lower(Word word) {
        return word.text().toLowerCase(Locale.ROOT);
    }

    private static boolean isShorthand(Word word) {
        return SHORTHANDS.containsKey(lower(word));
    }

    private boolean isWeekdays(Word word) {
        in.moveTo(word);
        return in.weekday() >= 0;
    }

    private ZoneId zone(Word word) {
        ZoneId zone = CalendarParser.zone(word.text());
        if (zone == null) {
            throw in.fail(word.index(), "it is neither a time zone, a weekday, nor daily, hourly and the like");
        }
        return zone;
    }

    private void weekdays(Word word) {
        in.moveTo(word);
        fields.isAnyWeekday = false;
        do {
            int first = weekday();
            int last = in.skip("..") || in.skip("-") ? weekday() : first;
            for (int day = first; day != last; day = (day + 1) % 7) {
                fields.weekdays |= 1 << day;
            }
            fields.weekdays |= 1 << last;
        } while (in.skip(","));
        in.expectEnd();
    }

    private int weekday() {
        int weekday = in.weekday();
        if (weekday < 0) {
            throw in.fail(in.position(), "a weekday is expected here, such as Mon");
        }
        return weekday;
    }

    private void date(Word word) {
        in.moveTo(word);
        boolean hasYear = word.text().chars().filter(c -> c == '-' || c == '~').count() >= 2;
        if (hasYear) {
            years();
            in.expect("-");
        }
        fields.months = (int) list(1, MAX_MONTH, "a month");
        boolean isFromEnd = in.skip("~");
        if (!isFromEnd) {
            in.expect("-");
        }
        long days = isFromEnd ? fromEnd() : list(1, MAX_DAY, "a day");
        fields.isAnyDay = !isFromEnd && days == CalendarParser.bits(1, MAX_DAY, 1);
        fields.days = isFromEnd ? 0 : (int) days;
        fields.daysFromEnd = isFromEnd ? (int) days : 0;
        in.expectEnd();
    }

    private void years() {
        if (in.skip("*")) {
            return;
        }
        fields.years = new BitSet();
        do {
            int first = in.number(1970, LocalTimes.LAST_YEAR, "a year");
            int last = in.skip("..") ? in.number(first, LocalTimes.LAST_YEAR, "a year") : first;
            boolean hasStep = in.skip("/");
            int step = hasStep ? in.step(LocalTimes.LAST_YEAR - first, "years") : 1;
            for (int year = first; year <= (hasStep && last == first ? LocalTimes.LAST_YEAR : last); year += step) {
                fields.years.set(year - LocalTimes.FIRST_YEAR);
            }
        } while (in.skip(","));
    }

    /** Days counted from the end of the month; a step goes towards the end. */
    private long fromEnd() {
        long days = 0;
        do {
            int farthest = in.number(1, MAX_DAY, "a day before the end");
            int nearest = in.skip("..") ? in.number(1, farthest, "a day before the end") : farthest;
            boolean hasStep = in.skip("/");
            int step = hasStep ? in.step(MAX_DAY, "days") : 1;
            for (int day = farthest; day >= (hasStep && nearest == farthest ? 1 : nearest); day -= step) {
                days |= 1L << day;
            }
        } while (in.skip(","));
        return days;
    }

    private void time(Word word) {
        in.moveTo(word);
        int hour = in.position();
        fields.hours = (int) list(0, MAX_HOUR, "an hour");
        in.expect(":");
        int minute = in.position();
        fields.minutes = list(0, MAX_MINUTE, "a minute");
        fields.seconds = in.skip(":") ? list(0, MAX_MINUTE, "a second") : 1;
        if (in.peek() == '.') {
            throw in.fail(in.position(), "a time is in whole seconds");
        }
        in.expectEnd();
        fields.isFrequent = isStar(word, hour) || isStar(word, minute);
    }

    private static boolean isStar(Word word, int position) {
        return word.text().charAt(position - word.index()) == '*';
    }

    private long list(int least, int most, String what) {
        long bits = 0;
        do {
            boolean isStar = in.skip("*");
            int first = isStar ? least : in.number(least, most, what);
            boolean isRange = !isStar && in.skip("..");
            int last = isStar ? most : isRange ? in.number(first, most, what) : first;
            boolean hasStep = in.skip("/");
            int step = hasStep ? in.step(most, what.substring(what.indexOf(' ') + 1) + "s") : 1;
            bits |= CalendarParser.bits(first, hasStep && !isRange ? most : last, step);
        } while (in.skip(","));
        return bits;
    }
}
