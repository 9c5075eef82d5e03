// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

/** What a {@link DurationHistogram} is a histogram of. */
public enum HistogramKind {
    /** Of a later version. */
    OTHER(0),
    /** From the deadline to the publication of a firing; the key is the code of the daemon's mode. */
    LATENESS_BY_MODE(1),
    /** The same; the key is the id of the signal, or {@link #OTHER_SIGNALS}. */
    LATENESS_BY_SIGNAL(2),
    /** Duty cycles of the timer thread in which there was something to do. */
    DUTY_CYCLE(3),
    /** From when the timer thread was to wake to when it woke, where its time ended the sleep. */
    WAKE_UP(4),
    /** By how much a thread that only sleeps slept too long: what the host does to every thread. */
    HICCUP(5);

    /** The key for all signals that have no histogram of their own. */
    public static final long OTHER_SIGNALS = Long.MIN_VALUE;

    private static final HistogramKind[] BY_CODE = values();

    private final int code;

    HistogramKind(int code) {
        this.code = code;
    }

    /** The number in the file. */
    public int code() {
        return code;
    }

    /** The kind of a number; {@link #OTHER} for one of a later version. */
    public static HistogramKind of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : OTHER;
    }
}
