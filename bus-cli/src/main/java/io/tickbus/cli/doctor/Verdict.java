package io.tickbus.cli.doctor;

/** How one thing is for precision. */
enum Verdict {
    /** Nothing to mend. */
    OK,
    /** Costs precision now and then. */
    WARN,
    /** Costs much precision, or makes the bus unusable. */
    BAD,
    /** Cannot be told here. */
    UNKNOWN
}
