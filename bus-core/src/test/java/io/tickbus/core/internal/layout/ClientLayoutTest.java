// SPDX-License-Identifier: Apache-2.0
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
        assertEquals(64, ClientLayout.UUID);
        assertEquals(80, ClientLayout.HISTORY_ID);
        assertEquals(88, ClientLayout.EPOCH);
        assertEquals(4096, ClientLayout.HEADER_LENGTH);
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
