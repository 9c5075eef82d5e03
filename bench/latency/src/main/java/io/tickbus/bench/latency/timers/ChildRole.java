package io.tickbus.bench.latency.timers;

import java.util.Map;

/** What a child process is there for. Carries out one order after the other, on the child's first thread. */
interface ChildRole extends AutoCloseable {
    /** Carries out an order and tells what came of it. */
    Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception;

    @Override
    default void close() {
        // Most have nothing to close.
    }
}
