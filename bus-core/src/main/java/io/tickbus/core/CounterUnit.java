// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

/** The unit of a counter, so that tools can print counters that they do not know. */
public enum CounterUnit {
    /** Events since the daemon started; never less than before. */
    EVENTS(0),
    /** How many there are just now. */
    NUMBER(1),
    /** A duration as of now, in nanoseconds. */
    NANOSECONDS(2),
    /** The sum of durations since the daemon started, in nanoseconds; never less than before. */
    NANOSECONDS_TOTAL(3),
    /** A number that encodes a word; the counter's documentation lists them. */
    CODE(4);

    private static final CounterUnit[] BY_CODE = values();

    private final int code;

    CounterUnit(int code) {
        this.code = code;
    }

    /** The number in the file. */
    public int code() {
        return code;
    }

    /** The unit of a number; {@link #NUMBER} for one of a later version. */
    public static CounterUnit of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : NUMBER;
    }
}
