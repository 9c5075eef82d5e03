package io.tickbus.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * What {@code --json} prints: one object, or one per line in a stream. Times are nanoseconds and end in {@code Ns};
 * unknown values are {@code null}. 64-bit numbers that are names and not quantities are text, since most readers keep
 * 53 bits of a number: a timer's key in decimal digits, as it is typed, all else hexadecimal.
 */
public final class JsonOutput {
    private static final JSON LINE = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES)
            .without(JSON.Feature.FLUSH_AFTER_WRITE_VALUE);
    private static final JSON INDENTED = LINE.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

    private JsonOutput() {
    }

    /** The object on one line, for streams. */
    public static String line(Map<String, ?> object) {
        return write(LINE, object);
    }

    /** The object over several lines, for a command's only one. */
    public static String indented(Map<String, ?> object) {
        return write(INDENTED, object);
    }

    /** Prints a command's only object. */
    public static void print(PrintWriter out, Map<String, ?> object) {
        out.println(indented(object));
        out.flush();
    }

    private static String write(JSON json, Map<String, ?> object) {
        try {
            return json.asString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
