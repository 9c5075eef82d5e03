// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import java.util.Locale;

/** What a thread of the daemon is doing. */
public enum LoopStep {
    /** There is nothing to do, for however long. */
    IDLE,
    /** It waits for its next deadline, or for its next check. */
    WAITING,
    /** It reads and carries out commands. */
    COMMANDS,
    /** It fires timers and publishes them. */
    FIRING,
    /** It announces the next deadline, and checks whether the clock was set. */
    DEADLINES,
    /** It writes its heartbeat and its counters. */
    HEARTBEAT,
    /** It does what can wait. */
    HOUSEKEEPING,
    /** It serves clients' sockets. */
    CLIENTS,
    /** It makes the checks that cost system calls. */
    CHECKS,
    /** It writes to the journal, or waits until that is on the disk. */
    JOURNAL,
    /** It prints a line of the log. */
    PRINTING;

    private static final LoopStep[] ALL = values();

    @SuppressWarnings("EnumOrdinal") // Within one process only.
    int code() {
        return ordinal();
    }

    static LoopStep of(int code) {
        return ALL[code];
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
