// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.Report;

/**
 * What the doctor says of one thing.
 *
 * @param name       short and stable, for programs
 * @param value      what was found, in words
 * @param remedy     one sentence; null where nothing need be done
 * @param isUnusable whether the bus cannot be used at all
 */
record Finding(String name, Verdict verdict, String value, String remedy, boolean isUnusable) {
    static Finding ok(String name, String value) {
        return new Finding(name, Verdict.OK, value, null, false);
    }

    static Finding unknown(String name, String value) {
        return new Finding(name, Verdict.UNKNOWN, value, null, false);
    }

    static Finding warn(String name, String value, String remedy) {
        return new Finding(name, Verdict.WARN, value, remedy, false);
    }

    static Finding bad(String name, String value, String remedy) {
        return new Finding(name, Verdict.BAD, value, remedy, false);
    }

    static Finding unusable(String name, String value, String remedy) {
        return new Finding(name, Verdict.BAD, value, remedy, true);
    }

    Report report() {
        return new Report().with("name", name).with("verdict", verdict.name()).with("value", value)
                .with("remedy", remedy).with("unusable", isUnusable);
    }
}
