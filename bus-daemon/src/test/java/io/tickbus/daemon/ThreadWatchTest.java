// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ThreadWatchTest {
    private static final long SECOND_NS = 1_000_000_000;

    private long rounds;
    private long nowNs = -100;

    private final ThreadWatch watch = new ThreadWatch(() -> rounds, 5 * SECOND_NS);

    private int stallsFound(int checks, long stepNs) {
        int found = 0;
        for (int i = 0; i < checks; i++) {
            nowNs += stepNs;
            found += watch.findsStall(nowNs) ? 1 : 0;
        }
        return found;
    }

    @Test
    void shouldFindEachStallOnce() {
        assertEquals(0, stallsFound(51, SECOND_NS / 10));
        assertFalse(watch.isStalled());
        assertEquals(1, stallsFound(50, SECOND_NS / 10));
        assertTrue(watch.isStalled());
        rounds++;
        assertEquals(0, stallsFound(1, SECOND_NS / 10));
        assertFalse(watch.isStalled());
        assertEquals(1, stallsFound(60, SECOND_NS / 10));
    }

    @Test
    void shouldFindNothingWhileItComesRound() {
        for (int i = 0; i < 1_000; i++) {
            rounds--;
            assertEquals(0, stallsFound(1, 4 * SECOND_NS));
        }
    }

    /** The whole process was stopped: the watching thread is late itself. */
    @Test
    void shouldAccuseNobodyWhenLooksThemselvesAreLate() {
        assertEquals(0, stallsFound(5, 3_600 * SECOND_NS));
    }
}
