package io.tickbus.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers as people type them: decimal, or hexadecimal after {@code 0x}. */
public final class WholeNumber {
    private WholeNumber() {
    }

    /** 64 bits. */
    public static final class ToLong implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return decode(value);
        }
    }

    /** 32 bits. */
    public static final class ToInt implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            long number = decode(value);
            if (number != (int) number) {
                throw new TypeConversionException("a number of 32 bits is expected: number=" + value);
            }
            return (int) number;
        }
    }

    private static long decode(String value) {
        try {
            return value.startsWith("0x") ? Long.parseUnsignedLong(value.substring(2), 16) : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("a whole number is expected, such as 42 or 0x2A: number=" + value);
        }
    }
}
