// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads expressions: finds out which of the two forms one has, and has what both forms share. */
final class CalendarParser {
    private static final List<String> WEEKDAYS = List.of("sunday", "monday", "tuesday", "wednesday", "thursday",
            "friday", "saturday");
    private static final int SHORT_NAME = 3;
    private static final int LONGEST_NUMBER = 9;

    private final String text;
    private int position;

    private CalendarParser(String text) {
        this.text = text;
    }

    /** {@code zone} is null where the expression names none. */
    record Parsed(CalendarFields fields, ZoneId zone) {
    }

    /** A part of the expression between blanks. */
    record Word(String text, int index) {
    }

    static Parsed parse(String expression) {
        CalendarParser parser = new CalendarParser(expression);
        List<Word> words = parser.words();
        if (words.isEmpty()) {
            throw parser.fail(0, "the expression is empty");
        }
        boolean isCron = words.get(0).text().startsWith("@") || words.size() >= CronParser.FIELDS;
        return isCron ? new Parsed(new CronParser(parser).parse(words), null)
                : new OnCalendarParser(parser).parse(words);
    }

    private List<Word> words() {
        List<Word> words = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            int start = i;
            while (i < text.length() && !Character.isWhitespace(text.charAt(i))) {
                i++;
            }
            if (i > start) {
                words.add(new Word(text.substring(start, i), start));
            }
            i++;
        }
        return words;
    }

    CalendarSyntaxException fail(int index, String why) {
        return new CalendarSyntaxException(text, index, why);
    }

    /** Continues at the beginning of a word. */
    void moveTo(Word word) {
        position = word.index();
    }

    int position() {
        return position;
    }

    /** The next character; 0 at the end of the word. */
    char peek() {
        return position < text.length() && !Character.isWhitespace(text.charAt(position)) ? text.charAt(position) : 0;
    }

    /** Skips a string if it is next. */
    boolean skip(String expected) {
        boolean isNext = text.regionMatches(true, position, expected, 0, expected.length());
        position += isNext ? expected.length() : 0;
        return isNext;
    }

    void expect(String expected) {
        if (!skip(expected)) {
            throw fail(position, "'" + expected + "' is expected here");
        }
    }

    void expectEnd() {
        if (peek() != 0) {
            throw fail(position, "'" + peek() + "' is not understood here");
        }
    }

    boolean isDigit() {
        return peek() >= '0' && peek() <= '9';
    }

    /** A number in a range. */
    int number(int least, int most, String what) {
        int start = position;
        while (isDigit() && position - start < LONGEST_NUMBER) {
            position++;
        }
        if (position == start) {
            throw fail(start, what + " is expected here, a number from " + least + " to " + most);
        }
        int value = Integer.parseInt(text, start, position, 10);
        if (value < least || value > most) {
            throw fail(start, what + " is a number from " + least + " to " + most);
        }
        return value;
    }

    /** The number of a step: how many further ones it goes at a time. */
    int step(int most, String what) {
        int start = position;
        if (!isDigit()) {
            throw fail(start, "a step is expected after '/', a number from 1 to " + most);
        }
        int value = number(0, Integer.MAX_VALUE, "a step");
        if (value < 1 || value > most) {
            throw fail(start, "a step of " + what + " is a number from 1 to " + most);
        }
        return value;
    }

    /** The index in a list of full names, of which the first three letters will do; −1 if none is next. */
    int name(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            if (skipName(names.get(i)) || skipName(names.get(i).substring(0, SHORT_NAME))) {
                return i;
            }
        }
        return -1;
    }

    private boolean skipName(String name) {
        int end = position + name.length();
        boolean isWhole = end >= text.length() || !Character.isLetter(text.charAt(end))
                || Character.toUpperCase(text.charAt(end)) == 'L';
        return isWhole && skip(name);
    }

    /** 0 for Sunday; −1 if no name of a weekday is next. */
    int weekday() {
        return name(WEEKDAYS);
    }

    static ZoneId zone(String name) {
        try {
            return ZoneId.of("utc".equals(name.toLowerCase(Locale.ROOT)) ? "UTC" : name);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The bits from one number to another, in steps. */
    static long bits(int first, int last, int step) {
        long bits = 0;
        for (int i = first; i <= last; i += step) {
            bits |= 1L << i;
        }
        return bits;
    }
}
