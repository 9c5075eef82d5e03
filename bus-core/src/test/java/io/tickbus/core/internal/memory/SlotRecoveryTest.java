// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a new writer finds out from the stamps a dead one left. */
class SlotRecoveryTest {
    private static final int SLOT_LENGTH = 64;
    private static final int FIELDS = SLOT_LENGTH / Long.BYTES - 1;
    private static final int SLOTS = 8;

    private final SharedRegion region = SharedRegion.allocate(SLOTS * SLOT_LENGTH);
    private final SlotRing ring = new SlotRing(region, 0, SLOTS);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 8, 9, 1_000_003, 1L << 50})
    void shouldStartAtBaseWhenRingIsEmpty(long base) {
        assertEquals(base, ring.recover(base));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 8, 9, 1_000_003, 1L << 50})
    void shouldContinueWhenRingIsFilledToAnyDegree(long base) {
        for (int count = 1; count <= 3 * SLOTS + 1; count++) {
            write(base + count - 1);
            assertEquals(base + count, ring.recover(base), "count=" + count);
            assertContents(base, base + count);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 8, 9, 1_000_003, 1L << 50})
    void shouldRepairSlotWhenWriterDiedAfterAnyOfItsStores(long base) {
        for (int stores = 1; stores <= 1 + FIELDS + 1; stores++) {
            for (int committed = 0; committed <= 2 * SLOTS + 3; committed++) {
                clear();
                for (int i = 0; i < committed; i++) {
                    write(base + i);
                }
                long next = base + committed;
                dieWriting(next, stores);
                boolean isWhole = stores == 1 + FIELDS + 1;
                assertEquals(isWhole ? next + 1 : next, ring.recover(base),
                        "stores=" + stores + " committed=" + committed);
                if (!isWhole) {
                    assertRepaired(next);
                }
                // Continuing must work as if nothing had happened, also when the next writer recovers again.
                long resumed = ring.recover(base);
                write(resumed);
                assertEquals(resumed + 1, ring.recover(base));
                assertContents(base, resumed + 1);
            }
        }
    }

    @Test
    void shouldNameSlotWhenStampIsCorrupt() {
        long[] garbage = {0, 1, 7, 16, 18, 25, -17, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40};
        for (int slot = 0; slot < SLOTS; slot++) {
            for (long stamp : garbage) {
                clear();
                for (int i = 0; i < 2 * SLOTS; i++) {
                    write(i);
                }
                if (region.getLong(slot * SLOT_LENGTH) == stamp || isNextLap(slot, stamp)) {
                    continue;
                }
                region.putLong(slot * SLOT_LENGTH, stamp);
                IllegalStateException e =
                        assertThrows(IllegalStateException.class, () -> ring.recover(0), "stamp=" + stamp);
                assertTrue(e.getMessage().matches("slot=\\d+ stamp=-?\\d+ expected=-?\\d+ nextSequence=\\d+"),
                        e.getMessage());
                if (stamp <= 2 * SLOTS && stamp != Long.MIN_VALUE) {
                    assertTrue(e.getMessage().startsWith("slot=" + slot + " stamp=" + stamp + " "), e.getMessage());
                }
            }
        }
    }

    @Test
    void shouldRefuseTwoHalfWrittenSlots() {
        write(0);
        ring.beginWrite(1);
        ring.beginWrite(2);
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> ring.recover(0));
        assertTrue(e.getMessage().startsWith("slot=2 stamp=-3 expected=0 "), e.getMessage());
    }

    @Test
    void shouldChangeNothingWhenHalfWrittenSlotStandsBesideCorruptOne() {
        write(0);
        dieWriting(1, 4);
        region.putLong(5 * SLOT_LENGTH, -99);
        byte[] before = bytes();
        assertThrows(IllegalStateException.class, () -> ring.recover(0));
        org.junit.jupiter.api.Assertions.assertArrayEquals(before, bytes());
    }

    /** The stamps of sequence 16 would be what slot 0 may hold next: committed or half-written. */
    private static boolean isNextLap(int slot, long stamp) {
        return slot == 0 && Math.abs(stamp) == 2 * SLOTS + 1;
    }

    private void write(long sequence) {
        int offset = ring.beginWrite(sequence);
        for (int field = 1; field <= FIELDS; field++) {
            region.putLong(offset + field * Long.BYTES, contents(sequence, field));
        }
        ring.commit(offset, sequence);
    }

    private void dieWriting(long sequence, int stores) {
        int offset = ring.beginWrite(sequence);
        for (int field = 1; field <= FIELDS && field < stores; field++) {
            region.putLong(offset + field * Long.BYTES, contents(sequence, field));
        }
        if (stores > 1 + FIELDS) {
            ring.commit(offset, sequence);
        }
    }

    private static long contents(long sequence, int field) {
        return sequence * 31 + field;
    }

    private void assertRepaired(long sequence) {
        int offset = ring.slotOffset(sequence);
        assertEquals(-(sequence + 1), region.getLong(offset));
        for (int field = 1; field <= FIELDS; field++) {
            assertEquals(0, region.getLong(offset + field * Long.BYTES), "field=" + field);
        }
        assertNotEquals(SlotRing.COMMITTED, ring.state(sequence));
        if (sequence >= SLOTS) {
            assertEquals(SlotRing.OVERWRITTEN, ring.state(sequence - SLOTS), "sequence=" + sequence);
        }
    }

    private void assertContents(long base, long next) {
        for (long sequence = Math.max(base, next - SLOTS); sequence < next; sequence++) {
            assertEquals(SlotRing.COMMITTED, ring.state(sequence));
            for (int field = 1; field <= FIELDS; field++) {
                assertEquals(contents(sequence, field),
                        region.getLong(ring.slotOffset(sequence) + field * Long.BYTES));
            }
        }
    }

    private void clear() {
        for (int i = 0; i < SLOTS * SLOT_LENGTH; i += Long.BYTES) {
            region.putLong(i, 0);
        }
    }

    private byte[] bytes() {
        byte[] bytes = new byte[SLOTS * SLOT_LENGTH];
        region.asByteBuffer().get(0, bytes);
        return bytes;
    }
}
