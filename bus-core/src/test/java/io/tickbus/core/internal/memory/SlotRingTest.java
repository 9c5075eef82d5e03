// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotRingTest {
    private static final int HEADER = 128;
    private static final int SLOT_LENGTH = 64;
    private static final int SLOTS = 4;

    private final SharedRegion region = SharedRegion.allocate(HEADER + SLOTS * SLOT_LENGTH);
    private final SlotRing ring = new SlotRing(region, HEADER, SLOTS);

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -4, 0, 1, 3, 6, (1 << 24) + 1, 1 << 25})
    void shouldRefuseSlotCountWhenNoPowerOfTwoInRange(int slotCount) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new SlotRing(region, HEADER, slotCount));
        assertTrue(e.getMessage().contains("slotCount=" + slotCount), e.getMessage());
    }

    @Test
    void shouldRefuseRingWhenLongerThanRegion() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new SlotRing(region, HEADER, 1 << 24));
        assertTrue(e.getMessage().contains("slotCount=16777216"), e.getMessage());
        assertThrows(IllegalArgumentException.class,
                () -> new SlotRing(region, region.length() - SLOTS * SLOT_LENGTH + 8, SLOTS));
    }

    @Test
    void shouldMapSequencesToSlotsWhenTheyWrap() {
        assertEquals(HEADER, ring.slotOffset(0));
        assertEquals(HEADER + 3 * 64, ring.slotOffset(3));
        assertEquals(HEADER, ring.slotOffset(4));
        assertEquals(HEADER + 64, ring.slotOffset((1L << 40) + 1));
        assertEquals(SLOTS, ring.slotCount());
    }

    @Test
    void shouldStampAsDocumentedWhenWriting() {
        int offset = ring.beginWrite(6);
        assertEquals(HEADER + 2 * 64, offset);
        assertEquals(-7, region.getLong(offset));
        ring.commit(offset, 6);
        assertEquals(7, region.getLong(offset));
        assertEquals(7, ring.stamp(6));
    }

    @Test
    void shouldCountRecordsFromSequence() {
        for (int written = 0; written <= SLOTS; written++) {
            for (int from = 0; from <= written; from++) {
                assertEquals(written - from, ring.countFrom(from), "written=" + written + " from=" + from);
            }
            if (written < SLOTS) {
                ring.commit(ring.beginWrite(written), written);
            }
        }
        ring.beginWrite(SLOTS);
        assertEquals(SLOTS - 1, ring.countFrom(1), "one that is being written is not there");
    }

    @Test
    void shouldAnswerNothingWhenSlotWasNeverWritten() {
        for (long sequence = 0; sequence < 2 * SLOTS; sequence++) {
            assertNotEquals(SlotRing.COMMITTED, ring.state(sequence));
            assertFalse(ring.hasNews(sequence));
            assertNotEquals(SlotRing.OVERWRITTEN, ring.state(sequence));
        }
    }

    @Test
    void shouldNotOfferRecordWhenItIsBeingWritten() {
        ring.beginWrite(1);
        assertNotEquals(SlotRing.COMMITTED, ring.state(1));
        assertFalse(ring.hasNews(1));
        assertNotEquals(SlotRing.OVERWRITTEN, ring.state(1));
        // Begun counts as reached: the header that promises sequence 1 is never ahead of this.
    }

    @Test
    void shouldOfferRecordWhenItIsCommitted() {
        write(1);
        assertEquals(SlotRing.COMMITTED, ring.state(1));
        assertTrue(ring.hasNews(1));
        assertNotEquals(SlotRing.OVERWRITTEN, ring.state(1));
        assertNotEquals(SlotRing.COMMITTED, ring.state(5));
        assertFalse(ring.hasNews(5));
        assertNotEquals(SlotRing.OVERWRITTEN, ring.state(5));
    }

    @Test
    void shouldTellReaderWhenLaterLapBegins() {
        write(1);
        assertEquals(SlotRing.COMMITTED, ring.state(1));
        ring.beginWrite(5);
        assertNotEquals(SlotRing.COMMITTED, ring.state(1));
        assertEquals(SlotRing.OVERWRITTEN, ring.state(1));
        assertTrue(ring.hasNews(1));
        assertNotEquals(SlotRing.OVERWRITTEN, ring.state(5));
        assertFalse(ring.hasNews(5));
    }

    @Test
    void shouldTellReaderWhenLaterLapIsCommitted() {
        write(1);
        write(5);
        write(9);
        assertEquals(SlotRing.OVERWRITTEN, ring.state(1));
        assertEquals(SlotRing.OVERWRITTEN, ring.state(5));
        assertNotEquals(SlotRing.OVERWRITTEN, ring.state(9));
        assertTrue(ring.hasNews(1));
        assertEquals(SlotRing.COMMITTED, ring.state(9));
    }

    @Test
    void shouldComputeOldestReadableWhenRingIsPartlyFilled() {
        assertEquals(0, ring.oldestReadable(0, 0));
        assertEquals(0, ring.oldestReadable(0, 3));
        assertEquals(1, ring.oldestReadable(0, 4));
        assertEquals(97, ring.oldestReadable(0, 100));
        assertEquals(99, ring.oldestReadable(99, 100));
        assertEquals(100, ring.oldestReadable(100, 100));
    }

    private void write(long sequence) {
        ring.commit(ring.beginWrite(sequence), sequence);
    }

    @Test
    void shouldLookAheadAtWholeRowsOnly() {
        SharedRegion large = SharedRegion.allocate(64 * SLOT_LENGTH);
        SlotRing rows = new SlotRing(large, 0, 64);
        for (long sequence = 0; sequence < 15; sequence++) {
            rows.commit(rows.beginWrite(sequence), sequence);
            assertEquals(0, rows.prefetch(0), "the last of the row is not there");
        }
        rows.commit(rows.beginWrite(15), 15);
        // The stamps of the fourteen in between.
        assertEquals(119, rows.prefetch(0));
        assertEquals(0, rows.prefetch(1));
        assertEquals(0, rows.prefetch(16));
        assertEquals(0, rows.prefetch(64), "a lap later");
        assertEquals(0, ring.prefetch(0), "a ring of less than two rows");
    }
}
