// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 2: a failure here means that older daemons and clients are broken. */
class RepliesLayoutTest {
    @Test
    void shouldKeepOffsetsOfHeaderWhenConstantsAreEdited() {
        assertEquals(40, RepliesLayout.SESSION_COUNT);
        assertEquals(64, RepliesLayout.HISTORY_ID);
        assertEquals(72, RepliesLayout.EPOCH);
        assertEquals(256, RepliesLayout.SLEEPING_UNTIL_NS);
        assertEquals(4096, RepliesLayout.HEADER_LENGTH);
    }

    @Test
    void shouldKeepOffsetsOfSessionWhenConstantsAreEdited() {
        assertEquals(256, RepliesLayout.SESSION_LENGTH);
        assertEquals(0, RepliesLayout.SESSION_UUID);
        assertEquals(16, RepliesLayout.SESSION_OWNER);
        assertEquals(20, RepliesLayout.SESSION_REASON);
        assertEquals(24, RepliesLayout.SESSION_STATE);
        assertEquals(28, RepliesLayout.SESSION_COMMAND_SLOTS);
        assertEquals(32, RepliesLayout.SESSION_PID);
        assertEquals(40, RepliesLayout.SESSION_USER);
        assertEquals(48, RepliesLayout.SESSION_NAME);
        assertEquals(128, RepliesLayout.SESSION_CONSUMED);
        assertEquals(136, RepliesLayout.SESSION_PENDING_TIMERS);
        assertEquals(144, RepliesLayout.SESSION_NEXT_REPLY);
        assertEquals(152, RepliesLayout.SESSION_UNANSWERED);
    }

    @Test
    void shouldKeepValuesWhenConstantsAreEdited() {
        assertEquals(3, RepliesLayout.VERSION);
        assertEquals(4096, RepliesLayout.MAX_SESSION_COUNT);
        assertEquals(0x8000_0000_0000_0000L, RepliesLayout.AWAKE);
        assertEquals(0, RepliesLayout.STATE_FREE);
        assertEquals(1, RepliesLayout.STATE_CONNECTED);
        assertEquals(2, RepliesLayout.STATE_EVICTED);
        byte[] bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(RepliesLayout.MAGIC_VALUE).array();
        assertEquals("TICKREP1", new String(bytes, StandardCharsets.US_ASCII));
    }

    @Test
    void shouldPlaceSessionsAndRingsOneAfterTheOther() {
        assertEquals(4096, RepliesLayout.sessionOffset(0));
        assertEquals(4096 + 3 * 256, RepliesLayout.sessionOffset(3));
        assertEquals(4096 + 5 * 256, RepliesLayout.ringOffset(0, 5, 8));
        assertEquals(4096 + 5 * 256 + 4 * 8 * 64, RepliesLayout.ringOffset(4, 5, 8));
        assertEquals(4096 + 5 * 256 + 5 * 8 * 64, RepliesLayout.fileLength(5, 8));
        assertEquals(4096 + 4096L * (256 + 65_536L * 64), RepliesLayout.fileLength(4096, 65_536));
    }
}
