// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

/** What becomes of a signal that comes while the program of an earlier one still runs. */
public enum OverlappingRun {
    /** It starts nothing. */
    SKIP,
    /** Its run starts when those before it have ended. */
    QUEUE,
    /** The program that runs is ended, and then this one starts. */
    KILL
}
