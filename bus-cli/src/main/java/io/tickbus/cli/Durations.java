package io.tickbus.cli;

import io.tickbus.core.DurationText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@link DurationText} on the command line. */
public final class Durations {
    private Durations() {
    }

    /** For picocli options of type {@code long} or {@code Long}. */
    public static final class Converter implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** As {@link DurationText#parse}. */
    public static long parse(String text) {
        return DurationText.parse(text);
    }

    /** As {@link DurationText#format}. */
    public static String format(long ns) {
        return DurationText.format(ns);
    }
}
