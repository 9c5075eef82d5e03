// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class JournalLagTest {
    private final JournalLag lag = new JournalLag();

    @Test
    void shouldBeNothingWhileAllIsWritten() {
        for (long i = 0; i < 1_000; i++) {
            assertEquals(0, lag.note(100 * i, i, 2 * i, i, 2 * i));
        }
    }

    @Test
    void shouldBeShortWhileWriterKeepsUp() {
        for (long i = 0; i < 1_000; i++) {
            assertTrue(lag.note(100 * i, i, 2 * i, i - 1, 2 * i - 2) <= 100);
        }
    }

    @Test
    void shouldGrowWhileWriterHangsAndEndWhenItIsThroughWithAll() {
        for (long i = 1; i < 10_000; i++) {
            assertEquals(100 * (i - 1), lag.note(100 * i, i, 7, 0, 7), "entries");
        }
        // Through with the first half: what is left was given from the middle on.
        long halfNs = lag.note(1_000_000, 10_000, 7, 5_000, 7);
        assertTrue(halfNs > 300_000 && halfNs <= 500_000, "lagNs=" + halfNs);
        assertEquals(0, lag.note(1_000_100, 10_000, 7, 10_000, 7));
    }

    @Test
    void shouldCountSignalsToo() {
        assertEquals(0, lag.note(0, 5, 10, 5, 9));
        assertEquals(70, lag.note(70, 5, 11, 5, 9));
        assertEquals(60, lag.note(130, 5, 11, 5, 10));
        assertEquals(0, lag.note(140, 5, 11, 5, 11));
    }
}
