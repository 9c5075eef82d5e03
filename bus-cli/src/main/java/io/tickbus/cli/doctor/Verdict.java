// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

/** What one finding means for precision. */
enum Verdict {
    /** Nothing to do. */
    OK,
    /** Costs precision now and then. */
    WARN,
    /** Costs much precision, or makes the bus unusable. */
    BAD,
    /** Cannot be found out here. */
    UNKNOWN
}
