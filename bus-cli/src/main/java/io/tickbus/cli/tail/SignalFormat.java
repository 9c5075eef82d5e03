package io.tickbus.cli.tail;

/** How signals and events are printed. */
interface SignalFormat {
    /** Before the first signal. */
    void begin(LineBuffer out);

    void signal(LineBuffer out, Sighting sighting);

    /** What happened besides signals; {@code fields} are names and numbers or text in turn. */
    void event(LineBuffer out, String type, Object... fields);
}
