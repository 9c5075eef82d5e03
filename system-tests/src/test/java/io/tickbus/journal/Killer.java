// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import java.io.IOException;

/**
 * Kills this process with {@code kill -9} when a step is reached for the N-th time, given as {@code STEP:N}. Each step
 * is reached by one thread only. Without a step it does nothing.
 */
final class Killer {
    private final String step;
    private final long count;
    private long reached;

    Killer(String stepAndCount) {
        int colon = stepAndCount.indexOf(':');
        step = colon < 0 ? "" : stepAndCount.substring(0, colon);
        count = colon < 0 ? 0 : Long.parseLong(stepAndCount.substring(colon + 1));
    }

    void reach(String name) {
        if (name.equals(step) && ++reached == count) {
            die();
        }
    }

    /** The signal comes from another process: no hook runs, no buffer is flushed. This thread waits for it. */
    private static void die() {
        try {
            new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the process could not kill itself", e);
        }
    }
}
