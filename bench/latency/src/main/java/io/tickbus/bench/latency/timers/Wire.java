package io.tickbus.bench.latency.timers;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** JSON objects between the processes, one a line. */
final class Wire {
    private Wire() {
    }

    static String line(Map<String, ?> object) {
        try {
            return JSON.std.asString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, Object> parse(String line) {
        try {
            return JSON.std.mapFrom(line);
        } catch (IOException e) {
            throw new UncheckedIOException("not a JSON object: " + line, e);
        }
    }

    static long number(Map<String, ?> object, String name) {
        return ((Number) object.get(name)).longValue();
    }

    static double fraction(Map<String, ?> object, String name) {
        return ((Number) object.get(name)).doubleValue();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, ?> object, String name) {
        return (Map<String, Object>) object.get(name);
    }

    static List<Long> numbers(Map<String, ?> object, String name) {
        return ((List<?>) object.get(name)).stream().map(each -> ((Number) each).longValue()).toList();
    }

    static List<Double> fractions(Map<String, ?> object, String name) {
        return ((List<?>) object.get(name)).stream().map(each -> ((Number) each).doubleValue()).toList();
    }
}
