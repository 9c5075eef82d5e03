// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.VisibleText;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One line of the log. Some values come from clients, so text quotes what is not plain and escapes what is invisible:
 * nobody can forge a line.
 *
 * @param timeMs when, milliseconds since 1970
 * @param thread name of the thread that logged it
 * @param event  what happened
 * @param pairs  key, value, key, value …; a value is a number, a boolean or a text
 */
record LogLine(long timeMs, Level level, String thread, String event, List<Object> pairs) {
    private static final int MILLISECOND_DIGITS = 3;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(MILLISECOND_DIGITS).toFormatter(Locale.ROOT);
    private static final char FIRST_PRINTABLE = ' ';
    private static final char DELETE = 0x7F;

    /** A line of the calling thread. Values are turned into text at once, as they may change later. */
    static LogLine of(long timeMs, Level level, String event, Object... pairs) {
        Object[] copies = Arrays.stream(pairs).map(LogLine::fixed).toArray();
        return new LogLine(timeMs, level, Thread.currentThread().getName(), event, Arrays.asList(copies));
    }

    private static Object fixed(Object value) {
        return value instanceof Number || value instanceof Boolean ? value
                : value instanceof Throwable cause ? text(cause) : String.valueOf(value);
    }

    /** A sentence for a fault of the environment; anything else is a bug, whose class says most. */
    private static String text(Throwable cause) {
        return cause instanceof BusException || cause instanceof IOException ? BusException.why(cause)
                : cause.toString();
    }

    /** Event and pairs. */
    String text() {
        StringBuilder line = new StringBuilder(event);
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            line.append(' ').append(pairs.get(i)).append('=');
            String value = String.valueOf(pairs.get(i + 1));
            if (!value.isEmpty() && value.chars().allMatch(LogLine::isPlain)) {
                line.append(value);
            } else {
                line.append('"');
                value.codePoints().forEach(letter -> appendQuoted(line, letter));
                line.append('"');
            }
        }
        return line.toString();
    }

    private static boolean isPlain(int character) {
        return character > FIRST_PRINTABLE && character < DELETE && character != '=' && character != '"'
                && character != '\\';
    }

    private static void appendQuoted(StringBuilder line, int letter) {
        if (letter == '"' || letter == '\\') {
            line.append('\\');
        }
        VisibleText.append(line, letter);
    }

    /** The whole line with its line feed; {@code bus} is null for none. */
    String format(LogFormat format, String bus) {
        return format == LogFormat.JSON ? json(bus) : time() + " " + level + " " + text() + "\n";
    }

    /** In UTC, as RFC 3339 writes it. */
    private String time() {
        return TIME.format(Instant.ofEpochMilli(timeMs));
    }

    private String json(String bus) {
        StringBuilder line = new StringBuilder();
        append(line.append('{'), "time", time());
        append(line.append(','), "level", level.toString());
        if (bus != null) {
            append(line.append(','), "bus", bus);
        }
        append(line.append(','), "thread", thread);
        append(line.append(','), "message", event);
        line.append(",\"fields\":{");
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            append(i == 0 ? line : line.append(','), String.valueOf(pairs.get(i)), pairs.get(i + 1));
        }
        return line.append("}}\n").toString();
    }

    private static void append(StringBuilder line, String name, Object value) {
        append(line, name);
        line.append(':');
        if (value instanceof Boolean || (value instanceof Number number && Double.isFinite(number.doubleValue()))) {
            line.append(value);
        } else {
            append(line, String.valueOf(value));
        }
    }

    /** A JSON string of ASCII characters, whatever the encoding of the stream. */
    private static void append(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '"' || letter == '\\') {
                line.append('\\').append(letter);
            } else if (letter >= FIRST_PRINTABLE && letter < DELETE) {
                line.append(letter);
            } else {
                line.append("\\u").append(Integer.toHexString(0x10000 | letter), 1, 5);
            }
        }
        line.append('"');
    }
}
