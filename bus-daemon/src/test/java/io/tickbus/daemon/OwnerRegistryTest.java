// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OwnerRegistryTest {
    private final OwnerRegistry owners = new OwnerRegistry();

    @Test
    void shouldShareNumberWhenUserAndNameAreTheSame() {
        int first = owners.open(1000, "app");
        assertEquals(first, owners.open(1000, "app"));
        assertNotEquals(first, owners.open(1001, "app"));
        assertNotEquals(first, owners.open(1000, "other"));
        assertFalse(owners.close(first));
        assertTrue(owners.close(first));
    }

    /** What is written; null if nothing is. */
    private Map<Integer, String> written() {
        AtomicReference<Map<Integer, String>> written = new AtomicReference<>();
        owners.writeAbsent(names -> written.set(Map.copyOf(names)));
        return written.get();
    }

    @Test
    void shouldWriteNamesAgainWhenTheyCouldNotBeWritten() {
        owners.restore(7, 1000, "app");
        assertThrows(IllegalStateException.class, () -> owners.writeAbsent(names -> {
            throw new IllegalStateException("the disk is full");
        }));
        assertEquals(Map.of(7, "app"), written());
        assertNull(written());
    }

    @Test
    void shouldNameOwnersWithoutClients() {
        assertNull(written());
        owners.restore(7, 1000, "night:shift");
        owners.restore(8, 1000, "");
        int number = owners.open(1000, "app");
        assertEquals(Map.of(7, "night:shift"), written());
        assertNull(written(), "nothing has changed");
        owners.close(number);
        assertEquals(7, owners.open(1000, "night:shift"));
        assertEquals(Map.of(number, "app"), written());
        owners.release(number);
        assertEquals(Map.of(), written());
    }

    @Test
    void shouldGiveEachItsOwnNumberWhenThereIsNoName() {
        assertNotEquals(owners.open(1000, ""), owners.open(1000, ""));
    }

    @Test
    void shouldKeepNumberWhenOwnerComesBackBeforeItIsReleased() {
        int number = owners.open(1000, "app");
        assertTrue(owners.close(number));
        assertEquals(number, owners.open(1000, "app"));
        assertFalse(owners.release(number), "it has a client again");
        assertTrue(owners.close(number));
        assertTrue(owners.release(number));
        assertFalse(owners.release(number), "twice");
        assertNotEquals(number, owners.open(1000, "app"), "used again before all the others");
    }

    @Test
    void shouldGiveOutEveryNumberAndThenTheOneReleasedFirst() {
        for (int i = 1; i <= OwnerRegistry.MAX_OWNERS; i++) {
            assertEquals(i, owners.open(1000 + i / OwnerRegistry.MAX_PER_USER, ""));
        }
        assertEquals(0, owners.open(1000, ""), "none left");
        for (int number : new int[] {500, 20}) {
            assertTrue(owners.close(number));
            assertTrue(owners.release(number));
        }
        assertEquals(500, owners.open(1000, "late"));
        assertEquals(20, owners.open(1000, ""));
        assertEquals(0, owners.open(1000, ""));
    }

    @Test
    void shouldNotLetOneUserUseUpAllNumbers() {
        for (int i = 1; i <= OwnerRegistry.MAX_PER_USER; i++) {
            assertEquals(i, owners.open(1000, ""));
        }
        assertEquals(0, owners.open(1000, ""));
        assertEquals(0, owners.open(1000, "named"));
        assertEquals(OwnerRegistry.MAX_PER_USER + 1, owners.open(1001, ""));
        assertTrue(owners.close(7));
        assertTrue(owners.release(7));
        assertEquals(OwnerRegistry.MAX_PER_USER + 2, owners.open(1000, "named"));
    }
}
