// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

/** What became of a command of the log. */
public enum IntentResult {
    /** The timer is armed; any earlier timer of its key is replaced. Also if exactly this arming came before. */
    ARMED,
    /** The timer was cancelled. */
    CANCELLED,
    /** There is no such timer. */
    UNKNOWN,
    /** There is no room for another timer, owner or host. */
    FULL,
    /** The command makes no sense. */
    INVALID,
    /** The timer asks for a known error bound of each host's clock, and a host knows none. */
    NO_BOUND,
    /** Anything else was done. */
    DONE,
    /** A firing or a host's state that comes too late to count, or a message whose result is forgotten by now. */
    STALE;

    private static final IntentResult[] BY_CODE = values();

    /** Whether nothing came of it. */
    public boolean isRefusal() {
        return this != ARMED && this != CANCELLED && this != DONE;
    }

    /** The number in a reply: 1 for the first; new ones go to the end. */
    @SuppressWarnings("EnumOrdinal")
    public int code() {
        return ordinal() + 1;
    }

    /** The result of a number; INVALID for one that means nothing here. */
    public static IntentResult of(int code) {
        return code > 0 && code <= BY_CODE.length ? BY_CODE[code - 1] : INVALID;
    }
}
