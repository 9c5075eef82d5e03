// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void shouldCountGapsAsLostAndStepsBackAsDisordered() {
        Tally tally = new Tally();
        for (long number : new long[] {0, 1, 4, 3, 5}) {
            tally.take(number);
        }
        assertEquals(4, tally.received());
        assertEquals(2, tally.lost());
        assertEquals(1, tally.disordered());
        assertEquals(6, tally.next());
    }
}
