// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

/** The latest values of a figure, drawn as a row of bars. */
final class History {
    private static final int LENGTH = 256;
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private final double[] values = new double[LENGTH];
    private long count;

    /** Adds a value; NaN where there is none. */
    void add(double value) {
        values[(int) (count++ % LENGTH)] = value;
    }

    /** How many values it has, at most as many as it keeps. */
    int size() {
        return (int) Math.min(count, LENGTH);
    }

    void clear() {
        count = 0;
    }

    /** The latest {@code width} of them, from 0 to the highest among these; blank where there is none. */
    String bars(int width) {
        int shown = Math.max(0, Math.min(width, size()));
        double highest = 0;
        for (long i = count - shown; i < count; i++) {
            double value = values[(int) (i % LENGTH)];
            highest = Double.isNaN(value) ? highest : Math.max(highest, value);
        }
        StringBuilder bars = new StringBuilder();
        for (long i = count - shown; i < count; i++) {
            double value = values[(int) (i % LENGTH)];
            int bar = highest == 0 ? 0 : (int) Math.ceil(Math.max(0, value) / highest * BARS.length()) - 1;
            bars.append(Double.isNaN(value) ? ' ' : BARS.charAt(Math.max(0, bar)));
        }
        return bars.toString();
    }
}
