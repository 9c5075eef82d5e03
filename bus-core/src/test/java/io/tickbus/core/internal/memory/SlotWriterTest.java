// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SlotWriterTest {
    private static final int CONSUMED = 0;
    private static final int HEADER = 64;
    private static final int SLOT_LENGTH = 64;
    private static final int SLOTS = 8;

    private final SharedRegion region = SharedRegion.allocate(HEADER + SLOTS * SLOT_LENGTH);
    private final SlotRing ring = new SlotRing(region, HEADER, SLOTS);

    @Test
    void shouldHandOutSequencesWithoutGapsWhenOverwriting() {
        SlotWriter writer = SlotWriter.overwriting(ring, 100);
        for (long sequence = 100; sequence < 100 + 5 * SLOTS; sequence++) {
            assertEquals(sequence, writer.nextSequence());
            int offset = writer.claim();
            assertEquals(ring.slotOffset(sequence), offset);
            assertEquals(sequence, writer.commit(offset));
            assertEquals(SlotRing.COMMITTED, ring.state(sequence));
        }
    }

    @Test
    void shouldClaimSameSlotAgainWhenClaimWasNotCommitted() {
        SlotWriter writer = SlotWriter.overwriting(ring, 3);
        int offset = writer.claim();
        assertEquals(offset, writer.claim());
        assertEquals(3, writer.commit(offset));
    }

    @Test
    void shouldRefuseExactlyWhenEverySlotWaits() {
        SlotWriter writer = SlotWriter.refusing(ring, 0, region, CONSUMED);
        for (long consumed = 0; consumed < 3 * SLOTS; consumed++) {
            SlotWriter.releaseConsumed(region, CONSUMED, consumed);
            int accepted = 0;
            while (write(writer)) {
                accepted++;
            }
            assertEquals(consumed == 0 ? SLOTS : 1, accepted, "consumed=" + consumed);
            assertEquals(consumed + SLOTS, writer.nextSequence());
            assertEquals(SlotWriter.FULL, writer.claim());
        }
    }

    @Test
    void shouldLeaveLastFieldsWhenFiveAreWritten() {
        SharedRegion wide = SharedRegion.allocate(2 * 64);
        SlotRing wideRing = new SlotRing(wide, 0, 2);
        SlotWriter writer = SlotWriter.overwriting(wideRing, 5);
        assertEquals(5, writer.write(new long[] {1, 2, 3, 4, 5, 6, 7}));
        assertEquals(6, writer.write(new long[] {1, 2, 3, 4, 5, 6, 7}));
        assertEquals(7, writer.write(11, 12, 13, 14, 15));
        long[] fields = new long[7];
        assertEquals(SlotRing.COMMITTED, wideRing.read(7, fields));
        assertArrayEquals(new long[] {11, 12, 13, 14, 15, 6, 7}, fields);
        assertEquals(SlotRing.COMMITTED, wideRing.read(6, fields));
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6, 7}, fields);
        assertEquals(SlotRing.OVERWRITTEN, wideRing.read(5, fields));
        assertEquals(SlotRing.NOT_YET, wideRing.read(8, fields));
        assertEquals(8, writer.nextSequence());
    }

    @Test
    void shouldRefuseWholeRecordsWhenFull() {
        SlotWriter writer = SlotWriter.refusing(ring, 0, region, CONSUMED);
        for (int i = 0; i < SLOTS; i++) {
            assertEquals(i, writer.write(new long[] {i, 1, 2, 3, 4, 5, 6}));
        }
        assertEquals(SlotWriter.FULL, writer.write(new long[] {8, 1, 2, 3, 4, 5, 6}));
        assertEquals(SlotWriter.FULL, writer.claim());
        SlotWriter.releaseConsumed(region, CONSUMED, 1);
        assertEquals(SLOTS, writer.write(new long[] {8, 1, 2, 3, 4, 5, 6}));
        assertEquals(SlotWriter.FULL, writer.write(new long[] {9, 1, 2, 3, 4, 5, 6}));
    }

    @Test
    void shouldTouchNothingWhenFull() {
        SlotWriter writer = SlotWriter.refusing(ring, 0, region, CONSUMED);
        while (write(writer)) {
            assertTrue(writer.nextSequence() <= SLOTS);
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(SlotWriter.FULL, writer.claim());
        }
        for (long sequence = 0; sequence < SLOTS; sequence++) {
            assertEquals(SlotRing.COMMITTED, ring.state(sequence));
        }
    }

    @Test
    void shouldAcceptWholeRingAgainWhenReaderConsumedAll() {
        SlotWriter writer = SlotWriter.refusing(ring, 0, region, CONSUMED);
        for (int lap = 0; lap < 5; lap++) {
            for (int i = 0; i < SLOTS; i++) {
                assertNotEquals(SlotWriter.FULL, writer.claim());
                assertTrue(write(writer));
            }
            assertEquals(SlotWriter.FULL, writer.claim());
            SlotWriter.releaseConsumed(region, CONSUMED, writer.nextSequence());
        }
    }

    @Test
    void shouldRespectConsumedWhenReopened() {
        SlotWriter first = SlotWriter.refusing(ring, 0, region, CONSUMED);
        for (int i = 0; i < SLOTS; i++) {
            assertTrue(write(first));
        }
        SlotWriter.releaseConsumed(region, CONSUMED, 3);
        SlotWriter second = SlotWriter.refusing(ring, ring.recover(0), region, CONSUMED);
        for (int i = 0; i < 3; i++) {
            assertTrue(write(second));
        }
        assertEquals(SlotWriter.FULL, second.claim());
    }

    @Test
    @Timeout(60)
    void shouldLoseNothingWhenRefusingWriterAndReaderRunTogether() throws Exception {
        long count = 300_000;
        SlotWriter writer = SlotWriter.refusing(ring, 0, region, CONSUMED);
        Thread producer = new Thread(() -> {
            int refused = 0;
            while (writer.nextSequence() < count && !Thread.currentThread().isInterrupted()) {
                if (!write(writer)) {
                    pause(++refused);
                }
            }
        });
        producer.start();
        long sequence = 0;
        int empty = 0;
        while (sequence < count && !Thread.currentThread().isInterrupted()) {
            if (ring.state(sequence) == SlotRing.COMMITTED) {
                long value = region.getLong(ring.slotOffset(sequence) + Long.BYTES);
                assertEquals(~sequence, value);
                sequence++;
                SlotWriter.releaseConsumed(region, CONSUMED, sequence);
            } else {
                pause(++empty);
            }
        }
        producer.join();
        assertEquals(count, sequence);
    }

    /** Both may have one processor to share. */
    private static void pause(int spins) {
        if (spins % 1_000 == 0) {
            LockSupport.parkNanos(1);
        } else {
            Thread.onSpinWait();
        }
    }

    private boolean write(SlotWriter writer) {
        int offset = writer.claim();
        if (offset == SlotWriter.FULL) {
            return false;
        }
        region.putLong(offset + Long.BYTES, ~writer.nextSequence());
        writer.commit(offset);
        return true;
    }
}
