package io.tickbus.core.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 1: a failure here means that older daemons and clients are broken. */
class ClientLayoutTest {
    private static final int LINE_PAIR = 128;

    @Test
    void shouldKeepOffsetsOfIdentityWhenConstantsAreEdited() {
        assertEquals(0, ClientLayout.MAGIC);
        assertEquals(8, ClientLayout.LAYOUT_VERSION);
        assertEquals(12, ClientLayout.BYTE_ORDER);
        assertEquals(16, ClientLayout.HEADER_BYTES);
        assertEquals(20, ClientLayout.RECORD_BYTES);
        assertEquals(24, ClientLayout.SLOT_COUNT);
        assertEquals(32, ClientLayout.FILE_LENGTH);
        assertEquals(64, ClientLayout.UUID);
        assertEquals(80, ClientLayout.HISTORY_ID);
        assertEquals(88, ClientLayout.EPOCH);
        assertEquals(128, ClientLayout.PID);
        assertEquals(136, ClientLayout.START_TICKS);
        assertEquals(144, ClientLayout.PID_NAMESPACE);
        assertEquals(192, ClientLayout.NAME);
        assertEquals(64, ClientLayout.NAME_LENGTH);
    }

    @Test
    void shouldKeepOffsetsOfChangingWordsWhenConstantsAreEdited() {
        assertEquals(256, ClientLayout.HEARTBEAT_NS);
        assertEquals(264, ClientLayout.HEARTBEAT_INTERVAL_NS);
        assertEquals(272, ClientLayout.STATE);
        assertEquals(384, ClientLayout.REPLIES_READ);
        assertEquals(4096, ClientLayout.HEADER_LENGTH);
        assertTrue(ClientLayout.HEARTBEAT_NS - ClientLayout.NAME - ClientLayout.NAME_LENGTH >= 0);
        assertEquals(LINE_PAIR, ClientLayout.REPLIES_READ - ClientLayout.HEARTBEAT_NS);
    }

    /** The words that say what a file is stand at the same place in each kind of file. */
    @Test
    void shouldAgreeWithOtherFilesWhenIdentified() {
        assertEquals(SignalsLayout.MAGIC, ClientLayout.MAGIC);
        assertEquals(SignalsLayout.LAYOUT_VERSION, ClientLayout.LAYOUT_VERSION);
        assertEquals(SignalsLayout.BYTE_ORDER, ClientLayout.BYTE_ORDER);
        assertEquals(SignalsLayout.HEADER_BYTES, ClientLayout.HEADER_BYTES);
        assertEquals(SignalsLayout.RECORD_BYTES, ClientLayout.RECORD_BYTES);
        assertEquals(SignalsLayout.SLOT_COUNT, ClientLayout.SLOT_COUNT);
        assertEquals(SignalsLayout.FILE_LENGTH, ClientLayout.FILE_LENGTH);
    }

    @Test
    void shouldKeepValuesWhenConstantsAreEdited() {
        assertEquals(1, ClientLayout.VERSION);
        assertEquals(65_536, ClientLayout.MAX_SLOT_COUNT);
        byte[] bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ClientLayout.MAGIC_VALUE).array();
        assertEquals("TICKCLI1", new String(bytes, StandardCharsets.US_ASCII));
    }

    @Test
    void shouldComputeLengthWhenSlotsAreMany() {
        assertEquals(4096 + 2 * 64, ClientLayout.fileLength(2));
        assertEquals(4096 + 65_536 * 64, ClientLayout.fileLength(65_536));
    }
}
