// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 1: a failure here means that older daemons and clients are broken. */
class ReplyLayoutTest {
    @Test
    void shouldKeepOffsetsWhenConstantsAreEdited() {
        assertEquals(0, ReplyLayout.STAMP);
        assertEquals(8, ReplyLayout.COMMAND_SEQUENCE);
        assertEquals(16, ReplyLayout.KEY);
        assertEquals(24, ReplyLayout.DEADLINE_NS);
        assertEquals(32, ReplyLayout.SIGNAL_SEQUENCE);
        assertEquals(40, ReplyLayout.CODE);
        assertEquals(41, ReplyLayout.REASON);
        assertEquals(42, ReplyLayout.OWNER);
        assertEquals(44, ReplyLayout.SIGNAL_ID);
        assertEquals(48, ReplyLayout.PERIOD_NS);
        assertEquals(56, ReplyLayout.DETAIL);
        assertEquals(64, ReplyLayout.LENGTH);
    }
}
