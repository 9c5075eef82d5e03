// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.DurationText;
import java.util.concurrent.TimeUnit;

/** {@link DurationText} on the command line. */
public final class Durations {
    /** The longest period and the longest delay of a timer, 100 years. */
    public static final long LONGEST_NS = TimeUnit.DAYS.toNanos(36_500);

    private Durations() {
    }

    /** Seconds without a unit, such as {@code 0.5}. */
    public static long parseSeconds(String text) {
        try {
            return DurationText.parse(text + "s");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a number of seconds is expected, such as 10 or 0.5: seconds=" + text,
                    e);
        }
    }
}
