// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a command found out: named values in the order in which they were added, printed as JSON or as text.
 *
 * <p>Values are text, numbers, booleans, null for what is unknown, lists of these, and other reports. The end of a name
 * is its unit: {@code Ns}, {@code Bytes}, {@code Percent}. 64-bit numbers that are names and not quantities are text,
 * since most readers of JSON keep 53 bits of a number: a timer's key in decimal digits, all else hexadecimal.
 */
public final class Report extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1L;

    private final HashMap<String, String> texts = new HashMap<>();

    /** Loaded where JSON is asked for only. */
    private static final class Json {
        static final JSON LINE = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES)
                .without(JSON.Feature.FLUSH_AFTER_WRITE_VALUE);
        static final JSON INDENTED = LINE.with(JSON.Feature.PRETTY_PRINT_OUTPUT);
    }

    /** Adds a value. */
    public Report with(String name, Object value) {
        put(name, value);
        return this;
    }

    /** Adds a value that is shown as another text; where that is null, only JSON has it. */
    public Report with(String name, Object value, String text) {
        texts.put(name, text);
        return with(name, value);
    }

    /** Whether text shows the value of a name too. */
    boolean isShown(String name) {
        return !texts.containsKey(name) || texts.get(name) != null;
    }

    /** The text shown in the place of a value; null where the value itself is. */
    String textOf(String name) {
        return texts.get(name);
    }

    /** JSON on one line, for streams. */
    public String line() {
        return write(Json.LINE, this);
    }

    /** JSON over several lines, for a command's only result. */
    public String indented() {
        return write(Json.INDENTED, this);
    }

    private static String write(JSON json, Map<String, ?> object) {
        try {
            return json.asString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
