// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Counts and logs what goes wrong in the conductor, which continues whatever happens: the other clients need it. */
final class ConductorErrors {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DaemonCounters counters;
    private final DaemonLog log;

    /** Something that may fail. */
    interface Work {
        void run() throws IOException;
    }

    ConductorErrors(DaemonCounters counters, DaemonLog log) {
        this.counters = counters;
        this.log = log;
    }

    /** Returns false if it has failed. */
    boolean attempt(Work work) {
        try {
            work.run();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            report(e);
            return false;
        }
    }

    void report(Throwable error) {
        try {
            counters.add(DaemonCounter.CONDUCTOR_ERRORS, 1);
            log.error("conductor-error", "error", error, "at",
                    Arrays.stream(error.getStackTrace()).limit(1).toList());
        } catch (RuntimeException | Error e) {
            // There is too little memory even for the log. It is counted, and the next one may be logged.
            LockSupport.parkNanos(PAUSE_NS);
        }
    }
}
