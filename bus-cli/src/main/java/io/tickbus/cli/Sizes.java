// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.util.Locale;

/** Numbers of bytes with a unit. */
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final int STEP = 1024;
    private static final double PRECISE_BELOW = 100;

    private Sizes() {
    }

    /** {@code 4.0 MiB}. */
    public static String format(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        String number = unit == 0 || Math.abs(value) >= PRECISE_BELOW ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, number, value, UNITS[unit]);
    }
}
