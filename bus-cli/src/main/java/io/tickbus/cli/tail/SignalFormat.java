// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.Report;

/** How signals and events are printed. */
interface SignalFormat {
    /** Prints one value of a signal, without allocating. */
    interface Cell {
        void put(LineBuffer out, ObservedSignal observed, WallClock clock);
    }

    /** Before the first signal. */
    default void begin(LineBuffer out) {
        // Each line is complete in itself.
    }

    /** Prints a signal as a line. */
    void signal(LineBuffer out, ObservedSignal observed);

    /** What happened besides signals, by the object's {@code type}; on standard error only where this does nothing. */
    default void event(LineBuffer out, Report event) {
        // Events would break up a table.
    }
}
