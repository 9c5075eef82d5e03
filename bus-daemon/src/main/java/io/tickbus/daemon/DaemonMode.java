// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import java.util.Locale;

/** How the daemon waits for its next deadline. */
public enum DaemonMode {
    /** Polls the clock and the clients all the time: takes a whole core. */
    SPIN(1, "spin"),
    /** Sleeps until shortly before the deadline and spins from there; the guard calibrates itself. */
    HYBRID(2, "predictive"),
    /** Sleeps until the kernel wakes it: no spinning, and the kernel's wake-up time on top. */
    PARK(3, "park"),
    /** As park, and defers firings within a slack that grows with each timer's delay, so that they share a wake-up. */
    ECO(4, "park");

    private final int code;
    private final String waiting;

    DaemonMode(int code, String waiting) {
        this.code = code;
        this.waiting = waiting;
    }

    /** The number in {@link DaemonCounter#MODE}. */
    public int code() {
        return code;
    }

    /** The mode of a number; null if there is none. */
    public static DaemonMode of(long code) {
        for (DaemonMode mode : values()) {
            if (mode.code == code) {
                return mode;
            }
        }
        return null;
    }

    /** Name of the wait strategy, as {@link io.tickbus.core.WaitStrategy#named} takes it. */
    public String waiting() {
        return waiting;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
