// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The literal offsets of the messages of version 2: a failure here means that older daemons and clients are broken. */
class ControlLayoutTest {
    @Test
    void shouldKeepOffsetsWhenConstantsAreEdited() {
        assertEquals(128, ControlLayout.LENGTH);
        assertEquals(0, ControlLayout.MAGIC);
        assertEquals(8, ControlLayout.PROTOCOL_VERSION);
        assertEquals(12, ControlLayout.TYPE);
        assertEquals(16, ControlLayout.HISTORY_ID);
        assertEquals(24, ControlLayout.EPOCH);
        assertEquals(32, ControlLayout.UUID);
        assertEquals(48, ControlLayout.SLOT_COUNT);
        assertEquals(56, ControlLayout.PID);
        assertEquals(64, ControlLayout.NAME);
        assertEquals(64, ControlLayout.NAME_LENGTH);
        assertEquals(48, ControlLayout.SESSION);
        assertEquals(52, ControlLayout.OWNER);
        assertEquals(56, ControlLayout.NEXT_REPLY);
        assertEquals(64, ControlLayout.WINDOW);
        assertEquals(48, ControlLayout.REASON);
        assertEquals(52, ControlLayout.TEXT_LENGTH);
        assertEquals(56, ControlLayout.TEXT);
        assertEquals(72, ControlLayout.MAX_TEXT_LENGTH);
    }

    @Test
    void shouldKeepValuesWhenConstantsAreEdited() {
        assertEquals(2, ControlLayout.VERSION);
        assertEquals(1, ControlLayout.TYPE_HELLO);
        assertEquals(2, ControlLayout.TYPE_WELCOME);
        assertEquals(3, ControlLayout.TYPE_REJECTED);
        byte[] bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ControlLayout.MAGIC_VALUE).array();
        assertEquals("TICKCTL1", new String(bytes, StandardCharsets.US_ASCII));
    }
}
