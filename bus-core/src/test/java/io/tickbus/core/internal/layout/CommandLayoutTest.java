// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 2: a failure here means that older daemons and clients are broken. */
class CommandLayoutTest {
    @Test
    void shouldKeepOffsetsWhenConstantsAreEdited() {
        assertEquals(0, CommandLayout.STAMP);
        assertEquals(8, CommandLayout.KEY);
        assertEquals(16, CommandLayout.DEADLINE_NS);
        assertEquals(24, CommandLayout.PERIOD_NS);
        assertEquals(32, CommandLayout.SIGNAL_ID);
        assertEquals(36, CommandLayout.TYPE);
        assertEquals(37, CommandLayout.FLAGS);
        assertEquals(38, CommandLayout.MISFIRE);
        assertEquals(39, CommandLayout.PAYLOAD_LENGTH);
        assertEquals(40, CommandLayout.GRACE_US);
        assertEquals(44, CommandLayout.CATCH_UP_CAP);
        assertEquals(48, CommandLayout.PAYLOAD);
        assertEquals(60, CommandLayout.GENERATION);
        assertEquals(64, CommandLayout.LENGTH);
    }

    @Test
    void shouldKeepValuesWhenConstantsAreEdited() {
        assertEquals(1, CommandLayout.TYPE_ARM);
        assertEquals(2, CommandLayout.TYPE_CANCEL);
        assertEquals(3, CommandLayout.TYPE_PAUSE);
        assertEquals(4, CommandLayout.TYPE_RESUME);
        assertEquals(5, CommandLayout.TYPE_LIST);
        assertEquals(0x01, CommandLayout.FLAG_KEEP_ON_DEATH);
        assertEquals(0x02, CommandLayout.FLAG_ALL_OWNERS);
    }
}
