// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

/** Told of each step between the arrival of a command and the record of its firing: tests crash the daemon there. */
@FunctionalInterface
interface CrashPoint {
    /** Outside of tests. */
    CrashPoint NONE = step -> { };

    /** The timer thread is here. */
    void reach(String step);
}
