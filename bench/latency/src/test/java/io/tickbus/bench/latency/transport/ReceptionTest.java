// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReceptionTest {
    private final Reception reception = new Reception(4);

    private void begin() {
        reception.begin(new Burst(100, 4, 0, 1, 0));
    }

    @Test
    void shouldTakeWhatComesInOrder() {
        begin();
        for (int i = 0; i < 4; i++) {
            assertFalse(reception.isComplete());
            reception.take(100 + i, 1_000, 1_010 + i);
        }
        assertTrue(reception.isComplete());
        assertEquals(13, reception.latenciesNs[3]);
        assertEquals(0, reception.duplicated + reception.outOfOrder);
    }

    @Test
    void shouldTellWhatIsLostTwiceAndOutOfOrderApart() {
        begin();
        reception.take(100, 0, 1);
        reception.take(102, 0, 2);
        reception.take(102, 0, 3);
        reception.take(101, 0, 4);
        reception.take(7, 0, 5);
        reception.take(104, 0, 6);
        assertEquals(3, reception.taken);
        assertEquals(1, reception.duplicated);
        assertEquals(3, reception.outOfOrder, "one late, one of an earlier burst, one of none");
        assertFalse(reception.isComplete());
        begin();
        assertEquals(0, reception.taken + reception.duplicated + reception.outOfOrder);
    }
}
