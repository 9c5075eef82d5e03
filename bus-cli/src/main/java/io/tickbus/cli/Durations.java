// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.DurationText;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@link DurationText} on the command line. */
public final class Durations {
    /** The longest period and the longest delay of a timer, 100 years. */
    public static final long LONGEST_NS = TimeUnit.DAYS.toNanos(36_500);

    private Durations() {
    }

    /** For picocli options of type {@code long} or {@code Long}. */
    public static final class Converter implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return DurationText.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** For seconds without a unit, such as {@code 0.5}. */
    public static final class Seconds implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return DurationText.parse(value + "s");
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("a number of seconds is expected, such as 10 or 0.5: seconds="
                        + value);
            }
        }
    }
}
