// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import io.tickbus.core.BusException;
import io.tickbus.core.IdleLatency;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Whether a processor that has nothing to do may halt. To wake it then is most of what a sleeper is late by; so those
 * that are compared must have the same, and are run both ways where that is possible.
 */
public enum IdleStates {
    /** As the host is set up. */
    ALLOWED,
    /** While the benchmark asks the kernel for a latency of 0. */
    FORBIDDEN;

    /** What is done under one of them. */
    public interface Work {
        /** Does it. */
        void run() throws Exception;
    }

    /** Both, or the first alone where the second cannot be had: the report says why. */
    public static List<IdleStates> here(BenchReport report) {
        if (IdleLatency.effectiveUs() == 0) {
            report.note("another process forbids idle states already: there is no row without");
        }
        return here(report, () -> IdleLatency.hold(0));
    }

    static List<IdleStates> here(BenchReport report, Supplier<IdleLatency> request) {
        try {
            request.get().close();
            return List.of(values());
        } catch (BusException e) {
            report.leaveOut("each row with idle states forbidden", e.getMessage());
            return List.of(ALLOWED);
        }
    }

    /** Does something while it is so. */
    public void run(Work work) throws Exception {
        IdleLatency request = this == FORBIDDEN ? IdleLatency.hold(0) : null;
        try {
            work.run();
        } finally {
            if (request != null) {
                request.close();
            }
        }
    }

    /** As reports name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
