// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import java.util.Locale;

/** A list below or beside the figures, of which one at a time can be scrolled. */
enum Pane {
    /** The daemon's clients. */
    CLIENTS,
    /** The timers that are due next. */
    NEXT_DEADLINES,
    /** The latest late firings, the latest first. */
    LATE_FIRINGS,
    /** All counters that are not 0. */
    COUNTERS;

    private static final Pane[] ALL = values();

    /** The one after it. */
    @SuppressWarnings("EnumOrdinal") // They are shown in the order of the constants.
    Pane next(int steps) {
        return ALL[Math.floorMod(ordinal() + steps, ALL.length)];
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
