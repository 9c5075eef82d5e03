// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** Whole numbers as they are typed: decimal, or hexadecimal after {@code 0x}; never octal. */
public final class IntegerText {
    private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,40}");
    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9a-fA-F]{1,40}");
    private static final int HEX = 16;

    private IntegerText() {
    }

    /** 64 bits. */
    public static long toLong(String text) {
        return parse(text, Long.SIZE).longValue();
    }

    /** 32 bits. */
    public static int toInt(String text) {
        return parse(text, Integer.SIZE).intValue();
    }

    /** Decimal numbers have a sign, hexadecimal ones are the bits. */
    private static BigInteger parse(String text, int bits) {
        boolean isHexadecimal = HEXADECIMAL.matcher(text).matches();
        if (!isHexadecimal && !DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException("a whole number is expected, such as 42 or 0x2A: number=" + text);
        }
        BigInteger number = isHexadecimal ? new BigInteger(text.substring(2), HEX) : new BigInteger(text);
        if (number.bitLength() > (isHexadecimal ? bits : bits - 1)) {
            throw new IllegalArgumentException("a number of " + bits + " bits is expected: number=" + text);
        }
        return number;
    }
}
