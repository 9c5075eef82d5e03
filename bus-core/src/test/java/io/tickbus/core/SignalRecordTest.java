// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.file.SignalSlots;
import io.tickbus.core.internal.memory.SharedRegion;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SignalRecordTest {
    private static final int SLOT = 64;

    private final SharedRegion region = SharedRegion.allocate(2 * SLOT);

    @Test
    void shouldKeepEveryFieldWhenWrittenAndCopied() {
        SignalRecord written = new SignalRecord().signalId(-42).key(Long.MIN_VALUE).deadlineNs(5).publishedNs(-6)
                .owner(0xFFFE).flags(0xFE).occurrence(-7, Integer.MIN_VALUE).generation(-8)
                .payload(0x0102_0304_0506_0708L);
        SignalRecord copy = roundTrip(written, 99);
        assertEquals(99, copy.sequence());
        assertEquals(-42, copy.signalId());
        assertEquals(Long.MIN_VALUE, copy.key());
        assertEquals(5, copy.deadlineNs());
        assertEquals(-6, copy.publishedNs());
        assertEquals(0xFFFE, copy.owner());
        assertEquals(0xFE, copy.flags());
        assertEquals(-7, copy.occurrence());
        assertEquals(Integer.MIN_VALUE, copy.missed());
        assertEquals(-8, copy.generation());
        assertEquals(8, copy.payloadLength());
        assertEquals(0x0102_0304_0506_0708L, copy.payloadLong());
    }

    @Test
    void shouldStandAtLiteralOffsetsWhenWritten() {
        SignalSlots.write(new SignalRecord().signalId(0x2423_2221).key(0x1F1E_1D1C_1B1A_1918L)
                .deadlineNs(0x1716_1514_1312_1110L).publishedNs(0x0F0E_0D0C_0B0A_0908L).owner(0x2726).flags(0x28)
                .occurrence(0x2D2C_2B2A, 0x3534_3332)
                .generation(0x3130_2F2E)
                .payload(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), region, SLOT);
        ByteBuffer slot = region.asByteBuffer().position(SLOT).slice();
        assertEquals(0, slot.get(0), "the stamp is not the record's");
        for (int i = 8; i < 32; i++) {
            assertEquals(i, slot.get(i), "offset=" + i);
        }
        byte[] tail = new byte[32];
        slot.get(32, tail);
        assertArrayEquals(new byte[] {0x21, 0x22, 0x23, 0x24, 0x26, 0x27, 0x28, 12,
            0x2A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x30, 0x31,
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x32, 0x33, 0x34, 0x35}, tail);
    }

    @Test
    void shouldKeepPayloadWhenOfAnyLength() {
        for (int length = 0; length <= 12; length++) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) (0xF0 + i);
            }
            // A longer one before it must leave no trace.
            SignalRecord written = new SignalRecord().payload(new byte[12]).payload(-1).payload(bytes);
            SignalRecord copy = roundTrip(written, 0);
            assertEquals(length, copy.payloadLength());
            assertArrayEquals(bytes, copy.payload());
            for (int i = length; i < 12; i++) {
                assertEquals(0, region.asByteBuffer().get(48 + i), "length=" + length + " offset=" + i);
            }
        }
    }

    @Test
    void shouldRefusePayloadWhenLongerThanTwelveBytes() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new SignalRecord().payload(new byte[13]));
        assertTrue(e.getMessage().contains("payloadLength=13"), e.getMessage());
    }

    @Test
    void shouldTakePayloadAsTwoNumbers() {
        SignalRecord signal = new SignalRecord().payload(0x0807_0605_0403_0201L, 0x0E0D_0C0B, 10);
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 0x0B, 0x0C}, signal.payload());
        for (int length : new int[] {-1, 13}) {
            assertThrows(IllegalArgumentException.class, () -> signal.payload(1, 2, length));
        }
    }

    @Test
    void shouldNotReadPastPayloadWhenLengthIsCorrupt() {
        SignalSlots.write(new SignalRecord().payload(7), region, 0);
        region.asByteBuffer().put(39, (byte) 0xFF);
        SignalRecord copy = new SignalRecord();
        SignalSlots.copy(region, 0, 0, copy);
        assertEquals(12, copy.payloadLength());
        assertEquals(12, copy.payload().length);
    }

    @Test
    void shouldRefuseOwnerAndFlagsWhenOutOfRange() {
        for (int owner : new int[] {-1, 0x1_0000, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> new SignalRecord().owner(owner));
            assertTrue(e.getMessage().contains("owner=" + owner), e.getMessage());
        }
        for (int flags : new int[] {-1, 0x100, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> new SignalRecord().flags(flags));
            assertTrue(e.getMessage().contains("flags=" + flags), e.getMessage());
        }
    }

    @Test
    void shouldBeUnsignedWhenOwnerAndFlagsAreLargest() {
        SignalRecord copy = roundTrip(new SignalRecord().owner(0xFFFF).flags(0xFF).signalId(-1), 0);
        assertEquals(0xFFFF, copy.owner());
        assertEquals(0xFF, copy.flags());
        assertEquals(-1, copy.signalId());
        assertEquals(0, copy.payloadLength());
        assertTrue(copy.isLate());
        assertFalse(copy.flags(0xFE).isLate());
    }

    @Test
    void shouldNotDisturbNeighboursWhenOneFieldIsSet() {
        SignalRecord signal = new SignalRecord().signalId(-1).owner(0xFFFF).flags(0xFF)
                .occurrence(-1, -1).generation(-1).payload(new byte[12]);
        signal.owner(0);
        assertEquals(-1, signal.signalId());
        assertEquals(0xFF, signal.flags());
        assertEquals(12, signal.payloadLength());
        assertEquals(-1, signal.missed());
        assertEquals(-1, signal.occurrence());
        signal.payload(-1L).generation(0).occurrence(1, 2);
        assertEquals(0, signal.generation());
        assertEquals(2, signal.missed());
        assertEquals(-1L, signal.payloadLong());
        signal.payload(new byte[12]).signalId(0).owner(1).flags(0);
        assertEquals(0, signal.signalId());
        assertEquals(1, signal.owner());
        assertEquals(12, signal.payloadLength());
    }

    @Test
    void shouldCountMissedOnlyWhenCoalesced() {
        // What a record without payload leaves in its last words is of an earlier lap.
        SignalRecord signal = new SignalRecord();
        signal.fields()[6] = -1;
        assertEquals(0, signal.missed());
        assertEquals(-1, signal.flags(0x02).missed());
    }

    @Test
    void shouldBeOfNumberWhenItsLowHalfIsTheGeneration() {
        SignalRecord signal = new SignalRecord().generation(-1);
        assertTrue(signal.isOf(0xFFFF_FFFFL));
        assertTrue(signal.isOf(0x7_FFFF_FFFFL));
        assertFalse(signal.isOf(0xFFFF_FFFEL));
        assertFalse(signal.isOf(-1), "the answer to a command that found no room");
    }

    @Test
    void shouldForgetAllButSequenceWhenCleared() {
        SignalRecord signal = roundTrip(new SignalRecord().signalId(1).key(2).deadlineNs(3).publishedNs(4).owner(5)
                .flags(6).occurrence(7, 8).payload(9), 10);
        signal.clear();
        assertEquals(10, signal.sequence());
        assertEquals("signal sequence=10 signalId=0 key=0 deadlineNs=0 publishedNs=0 owner=0 flags=0 occurrence=0 "
                + "generation=0 missed=0 payload=", signal.toString());
    }

    @Test
    void shouldNameEveryFieldWhenPrinted() {
        SignalRecord signal = roundTrip(new SignalRecord().signalId(1).key(2).deadlineNs(3).publishedNs(4).owner(5)
                .flags(6).occurrence(7, 8).generation(9).payload(new byte[] {'t', 'i', 'c', 'k'}), 10);
        assertEquals("signal sequence=10 signalId=1 key=2 deadlineNs=3 publishedNs=4 owner=5 flags=6 occurrence=7 "
                + "generation=9 missed=8 payload=tick", signal.toString());
    }

    private SignalRecord roundTrip(SignalRecord written, long sequence) {
        SignalSlots.write(written, region, 0);
        SignalRecord copy = new SignalRecord();
        SignalSlots.copy(region, 0, sequence, copy);
        return copy;
    }

    @Test
    void shouldReadNothingPastPayloadLengthWhenSlotHoldsAnOlderPayload() {
        SignalRecord record = new SignalRecord().payload(new byte[] {1, 2, 3});
        record.fields()[5] |= 0xFFFF_FF00_0000_0000L;
        record.fields()[6] = -1;
        assertEquals(0x030201L, record.payloadLong());
        record.fields()[3] &= 0x00FF_FFFF_FFFF_FFFFL;
        assertEquals(0, record.payloadLong());
        assertEquals(0, record.payload().length);
    }
}
