// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.Map;
import java.util.Optional;

/** One of the timers that are compared, whatever processes it consists of. */
interface Peer extends AutoCloseable {
    String name();

    /** Where this peer cannot do such a workload, the reason. */
    default Optional<String> refusal(Workload workload) {
        return Optional.empty();
    }

    /**
     * Runs a workload that starts a little after now, and waits for its end.
     *
     * @param startNs when it starts, CLOCK_MONOTONIC nanoseconds
     */
    Outcome run(Workload workload, long startNs) throws Exception;

    @Override
    default void close() {
        // For some, each run is a process of its own.
    }

    /**
     * What came of a slice.
     *
     * @param stats    of the firings
     * @param cpuPercent of each process, by name
     * @param extras     more that a scenario may want
     */
    record Outcome(FiringStats stats, Map<String, Double> cpuPercent, Map<String, Object> extras) {
    }
}
