// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import io.tickbus.core.calendar.CalendarParser.Word;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads cron's form: minute, hour, day of the month, month, weekday; with a sixth field, seconds come first. The
 * extensions are those of Quartz: {@code L}, {@code W}, {@code #}, {@code ?}.
 */
final class CronParser {
    /** Without seconds. */
    static final int FIELDS = 5;

    private static final int MAX_MINUTE = 59;
    private static final int MAX_HOUR = 23;
    private static final int MAX_DAY = 31;
    private static final int MAX_MONTH = 12;
    private static final int SUNDAY_AS_LAST = 7;
    private static final List<String> MONTHS = List.of("january", "february", "march", "april", "may", "june", "july",
            "august", "september", "october", "november", "december");
    private static final Map<String, String> NICKNAMES = Map.of("@yearly", "0 0 1 1 *", "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *", "@weekly", "0 0 * * 0", "@daily", "0 0 * * *", "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    private final CalendarParser in;
    private final CalendarFields fields = new CalendarFields();

    CronParser(CalendarParser in) {
        this.in = in;
    }

    CalendarFields parse(List<Word> words) {
        Word first = words.get(0);
        if (first.text().startsWith("@")) {
            String meant = NICKNAMES.get(first.text().toLowerCase(Locale.ROOT));
            if (meant == null) {
                throw in.fail(first.index(), first.text().startsWith("@every")
                        ? "an interval is no calendar: arm a periodic timer, such as --every 15m"
                        : "it is none of @yearly, @monthly, @weekly, @daily and @hourly");
            }
            if (words.size() > 1) {
                throw in.fail(words.get(1).index(), "nothing may follow " + first.text());
            }
            return CalendarParser.parse(meant).fields();
        }
        if (words.size() > FIELDS + 1) {
            throw in.fail(words.get(FIELDS + 1).index(), "an expression has five fields, or six with seconds first");
        }
        int at = words.size() - FIELDS;
        fields.seconds = at == 0 ? 1 : plain(words.get(0), 0, MAX_MINUTE, "a second");
        fields.minutes = plain(words.get(at), 0, MAX_MINUTE, "a minute");
        fields.hours = (int) plain(words.get(at + 1), 0, MAX_HOUR, "an hour");
        days(words.get(at + 2));
        fields.months = (int) plain(words.get(at + 3), 1, MAX_MONTH, "a month");
        weekdays(words.get(at + 4));
        fields.isFrequent = isStar(words.get(at)) || isStar(words.get(at + 1));
        fields.isEitherDay = !isStar(words.get(at + 2)) && !isStar(words.get(at + 4));
        return fields;
    }

    private static boolean isStar(Word word) {
        return word.text().startsWith("*") || word.text().startsWith("?");
    }

    /** A field of numbers, ranges, steps, and names of months. */
    private long plain(Word word, int least, int most, String what) {
        in.moveTo(word);
        long bits = 0;
        do {
            bits |= range(least, most, what);
        } while (in.skip(","));
        in.expectEnd();
        return bits;
    }

    private long range(int least, int most, String what) {
        int first = least;
        int last = most;
        boolean isOne = false;
        if (!in.skip("*")) {
            first = value(least, most, what);
            int at = in.position();
            isOne = !in.skip("-");
            last = isOne ? first : value(least, most, what);
            if (what.equals("a weekday") && last == 0 && first > 0) {
                last = SUNDAY_AS_LAST;
            }
            if (last < first) {
                throw in.fail(at + 1, "the range ends before it begins: write two, such as 22-23,0-4 for hours");
            }
        }
        if (!in.skip("/")) {
            return CalendarParser.bits(first, last, 1);
        }
        int step = in.step(most - least + (least == 0 ? 0 : 1), what.substring(what.indexOf(' ') + 1) + "s");
        return CalendarParser.bits(first, isOne ? most : last, step);
    }

    private int value(int least, int most, String what) {
        int named = -1;
        if (what.equals("a month")) {
            named = in.name(MONTHS) + 1;
        } else if (what.equals("a weekday")) {
            named = in.weekday();
        }
        return named > 0 || (named == 0 && least == 0) ? named : in.number(least, most, what);
    }

    private void days(Word word) {
        in.moveTo(word);
        if (in.skip("?") || word.text().equals("*")) {
            in.skip("*");
            fields.isAnyDay = true;
            in.expectEnd();
            return;
        }
        do {
            day();
        } while (in.skip(","));
        in.expectEnd();
    }

    private void day() {
        if (in.skip("LW")) {
            fields.isLastWorkday = true;
        } else if (in.skip("L")) {
            int before = in.skip("-") ? in.number(1, MAX_DAY - 1, "days before the last") : 0;
            fields.daysFromEnd |= 1 << (before + 1);
        } else {
            long days = range(1, MAX_DAY, "a day");
            int at = in.position();
            if (!in.skip("W")) {
                fields.days |= (int) days;
            } else if (Long.bitCount(days) == 1) {
                fields.nearestWorkdays |= (int) days;
            } else {
                throw in.fail(at, "'W' follows one day, such as 15W");
            }
        }
    }

    private void weekdays(Word word) {
        in.moveTo(word);
        if (in.skip("?") || word.text().equals("*")) {
            in.skip("*");
            fields.isAnyWeekday = true;
            in.expectEnd();
            return;
        }
        do {
            weekday();
        } while (in.skip(","));
        in.expectEnd();
    }

    private void weekday() {
        long range = range(0, SUNDAY_AS_LAST, "a weekday");
        int weekdays = (int) (range | (range >>> SUNDAY_AS_LAST)) & 0x7F;
        int at = in.position();
        boolean isLast = in.skip("L");
        boolean isNth = !isLast && in.skip("#");
        if ((isLast || isNth) && Integer.bitCount(weekdays) != 1) {
            throw in.fail(at, "'L' and '#' follow one weekday, such as FRIL or FRI#2");
        }
        if (isLast) {
            fields.lastWeekdays |= weekdays;
        } else if (isNth) {
            int nth = in.number(1, 5, "which one of the month");
            fields.nthWeekdays |= (long) weekdays << (SUNDAY_AS_LAST * (nth - 1));
        } else {
            fields.weekdays |= weekdays;
        }
    }
}
