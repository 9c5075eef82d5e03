// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.DurationText;

/** The period of a timer in words. */
public final class PeriodText {
    private PeriodText() {
    }

    /** How often a timer fires; a negative period means a schedule. */
    public static String format(long periodNs) {
        return periodNs == 0 ? "one-shot" : periodNs < 0 ? "schedule" : DurationText.format(periodNs);
    }

    /** The period, for JSON; null for a schedule. */
    public static Long nsOrNull(long periodNs) {
        return periodNs < 0 ? null : (Long) periodNs;
    }
}
