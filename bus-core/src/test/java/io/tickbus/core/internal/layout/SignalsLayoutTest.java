// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 1: a failure here means that older readers are broken. */
class SignalsLayoutTest {
    private static final int LINE_PAIR = 128;

    @Test
    void shouldKeepOffsetsOfFileIdentityWhenConstantsAreEdited() {
        assertEquals(0, FileHeaderLayout.MAGIC);
        assertEquals(8, FileHeaderLayout.LAYOUT_VERSION);
        assertEquals(12, FileHeaderLayout.BYTE_ORDER);
        assertEquals(16, FileHeaderLayout.HEADER_BYTES);
        assertEquals(20, FileHeaderLayout.RECORD_BYTES);
        assertEquals(24, FileHeaderLayout.SLOT_COUNT);
        assertEquals(32, FileHeaderLayout.FILE_LENGTH);
        assertEquals(40, SignalsLayout.OPTIONS);
        assertEquals(44, SignalsLayout.CLOCK_ID);
        assertEquals(48, SignalsLayout.BASE_SEQUENCE);
        assertEquals(56, SignalsLayout.HISTORY_ID);
    }

    @Test
    void shouldKeepOffsetsOfHostIdentityWhenConstantsAreEdited() {
        assertEquals(64, SignalsLayout.BOOT_ID);
        assertEquals(80, SignalsLayout.TIME_NAMESPACE);
        assertEquals(88, SignalsLayout.MONOTONIC_OFFSET_NS);
        assertEquals(96, SignalsLayout.CREATED_REALTIME_NS);
    }

    @Test
    void shouldKeepOffsetsOfPublisherIdentityWhenConstantsAreEdited() {
        assertEquals(128, SignalsLayout.EPOCH);
        assertEquals(136, SignalsLayout.PUBLISHER_PID);
        assertEquals(144, SignalsLayout.PUBLISHER_START_TICKS);
        assertEquals(152, SignalsLayout.PUBLISHER_PID_NAMESPACE);
        assertEquals(160, SignalsLayout.EPOCH_STARTED_NS);
        assertEquals(168, SignalsLayout.EPOCH_SEQUENCE);
        assertEquals(176, SignalsLayout.STATE);
    }

    @Test
    void shouldKeepOffsetsOfChangingWordsWhenConstantsAreEdited() {
        assertEquals(192, SignalsLayout.HEARTBEAT_NS);
        assertEquals(200, SignalsLayout.HEARTBEAT_INTERVAL_NS);
        assertEquals(208, SignalsLayout.PUBLISHER_CPU);
        assertEquals(256, SignalsLayout.NEXT_DEADLINE_NS);
        assertEquals(384, SignalsLayout.WAKE_WORD);
        assertEquals(512, SignalsLayout.NEXT_SEQUENCE);
        assertEquals(640, SignalsLayout.SOURCE_CLOCK);
        assertEquals(648, SignalsLayout.SOURCE_OFFSET_NS);
        assertEquals(656, SignalsLayout.SOURCE_ERROR_NS);
        assertEquals(664, SignalsLayout.SOURCE_RECORDING);
        assertEquals(672, SignalsLayout.SOURCE_POSITION);
        assertEquals(4096, SignalsLayout.HEADER_LENGTH);
    }

    @Test
    void shouldKeepLinePairsApartWhenWordsChangeAtDifferentRates() {
        int[] rates = {SignalsLayout.EPOCH, SignalsLayout.NEXT_DEADLINE_NS, SignalsLayout.WAKE_WORD,
            SignalsLayout.NEXT_SEQUENCE, SignalsLayout.SOURCE_CLOCK, SignalsLayout.HEADER_LENGTH};
        for (int i = 1; i < rates.length; i++) {
            assertTrue(rates[i] - rates[i - 1] >= LINE_PAIR, "too close: offset=" + rates[i]);
        }
        assertTrue(SignalsLayout.NEXT_DEADLINE_NS / LINE_PAIR > SignalsLayout.PUBLISHER_CPU / LINE_PAIR,
                "the heartbeat shares a line pair with the next deadline");
        assertTrue(SignalsLayout.EPOCH / LINE_PAIR > SignalsLayout.CREATED_REALTIME_NS / LINE_PAIR,
                "what is written at each start shares a line pair with what is written once");
    }

    @Test
    void shouldKeepValuesWhenConstantsAreEdited() {
        assertEquals(2, SignalsLayout.VERSION);
        assertEquals(0x0A0B0C0D, FileHeaderLayout.BYTE_ORDER_VALUE);
        assertEquals(0x7FFF_FFFF_FFFF_FFFFL, SignalsLayout.NO_DEADLINE);
        assertEquals(1, SignalsLayout.OPTION_PARKING);
        assertEquals(1, SignalsLayout.CLOCK_MONOTONIC);
        assertEquals(1, SignalsLayout.STATE_OPEN);
        assertEquals(2, SignalsLayout.STATE_CLOSED);
        assertEquals(3, SignalsLayout.STATE_REPLACED);
    }

    @Test
    void shouldSpellMagicWhenStoredLittleEndian() {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(SignalsLayout.MAGIC_VALUE).array();
        assertEquals("TICKSIG1", new String(bytes, StandardCharsets.US_ASCII));
    }

    @Test
    void shouldComputeLengthWhenSlotsAreMany() {
        assertEquals(4096 + 2 * 64, SignalsLayout.fileLength(2));
        assertEquals(4096 + 65_536L * 64, SignalsLayout.fileLength(65_536));
        assertEquals(1_073_745_920L, SignalsLayout.fileLength(1 << 24));
    }
}
