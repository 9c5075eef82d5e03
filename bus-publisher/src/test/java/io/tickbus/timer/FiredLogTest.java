// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FiredLogTest {
    private final FiredLog log = new FiredLog(16);

    @Test
    void shouldRememberUntilDisplaced() {
        log.put(5, 1, 100, 7);
        assertEquals(7, log.find(5, 1, 100));
        assertEquals(FiredLog.NONE, log.find(5, 1, 101), "another key");
        assertEquals(FiredLog.NONE, log.find(5, 2, 100), "another owner");
        log.put(5 + 16, 1, 101, 8);
        assertEquals(FiredLog.NONE, log.find(5, 1, 100));
        assertEquals(8, log.find(5 + 16, 1, 101));
    }

    @Test
    void shouldForgetWhatIsRemoved() {
        log.put(5, 1, 100, 7);
        log.remove(5, 1, 101);
        log.remove(5, 2, 100);
        assertEquals(7, log.find(5, 1, 100));
        log.remove(5, 1, 100);
        assertEquals(FiredLog.NONE, log.find(5, 1, 100));
    }

    @Test
    void shouldRefuseSizeThatIsNoPowerOfTwo() {
        for (int entryCount : new int[] {Integer.MIN_VALUE, -1, 0, 3, 1 << 25}) {
            assertThrows(IllegalArgumentException.class, () -> new FiredLog(entryCount));
        }
    }
}
