package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 2: a failure here means that older daemons and clients are broken. */
class ClientLayoutTest {
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
        assertEquals(4096, ClientLayout.HEADER_LENGTH);
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
        assertEquals(2, ClientLayout.VERSION);
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
