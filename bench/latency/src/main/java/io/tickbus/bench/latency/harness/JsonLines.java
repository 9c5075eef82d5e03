// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** JSON objects: one a line between processes, indented in reports. */
public final class JsonLines {
    private JsonLines() {
    }

    /** On one line. */
    public static String line(Map<String, ?> object) {
        try {
            return JSON.std.asString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over many lines, with a newline at the end. */
    public static String indented(Map<String, ?> object) {
        try {
            return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(object) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object that a text describes. */
    public static Map<String, Object> parse(String text) {
        try {
            return JSON.std.mapFrom(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not a JSON object: " + text, e);
        }
    }

    /** A whole number. */
    public static long number(Map<String, ?> object, String name) {
        return ((Number) object.get(name)).longValue();
    }

    /** A number with a fraction. */
    public static double fraction(Map<String, ?> object, String name) {
        return ((Number) object.get(name)).doubleValue();
    }

    /** An object within it. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(Map<String, ?> object, String name) {
        return (Map<String, Object>) object.get(name);
    }

    /** A list of objects. */
    @SuppressWarnings("unchecked")
    public static List<Map<String, Object>> objects(Map<String, ?> object, String name) {
        return (List<Map<String, Object>>) object.get(name);
    }

    /** A list of whole numbers. */
    public static List<Long> numbers(Map<String, ?> object, String name) {
        return ((List<?>) object.get(name)).stream().map(each -> ((Number) each).longValue()).toList();
    }

    /** A list of numbers with fractions. */
    public static List<Double> fractions(Map<String, ?> object, String name) {
        return ((List<?>) object.get(name)).stream().map(each -> ((Number) each).doubleValue()).toList();
    }
}
