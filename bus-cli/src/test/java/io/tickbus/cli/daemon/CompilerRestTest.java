// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CompilerRestTest {
    private static final long NOW_NS = 1_000;
    private static final long SHORTEST_NS = 120_000_000;
    private static final long LONGEST_NS = 600_000_000;

    @Test
    void shouldBeReachedWithinItsTimes() {
        CompilerRest rest = new CompilerRest(NOW_NS, SHORTEST_NS, LONGEST_NS);
        assertFalse(rest.isReached(NOW_NS));
        assertFalse(rest.isReached(NOW_NS + SHORTEST_NS - 1));
        assertTrue(rest.isReached(NOW_NS + LONGEST_NS));
    }

    @Test
    void shouldSeeWhatTheCompilersUse() {
        assertTrue(CompilerRest.compilersCpuNs() > 0);
    }
}
