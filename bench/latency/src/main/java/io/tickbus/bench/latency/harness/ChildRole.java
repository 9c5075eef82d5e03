// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.Map;

/**
 * What a child process is there for: a class with a constructor that takes its settings. It carries out one order after
 * the other, on the child's first thread.
 */
public interface ChildRole extends AutoCloseable {
    /** Carries out an order and returns its result. */
    Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception;

    /** For an order that a role does not know. */
    static IllegalArgumentException unknown(String order) {
        return new IllegalArgumentException("unknown order: order=" + order);
    }

    @Override
    default void close() {
        // Most have nothing to close.
    }
}
