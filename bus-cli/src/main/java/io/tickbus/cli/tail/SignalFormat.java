package io.tickbus.cli.tail;

import io.tickbus.cli.Report;

/** How signals and events are printed. */
interface SignalFormat {
    /** Before the first signal. */
    void begin(LineBuffer out);

    void signal(LineBuffer out, Sighting sighting);

    /** What happened besides signals, by the object's {@code type}. */
    void event(LineBuffer out, Report event);
}
