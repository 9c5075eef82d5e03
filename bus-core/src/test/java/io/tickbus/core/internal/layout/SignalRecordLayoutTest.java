// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 2: a failure here means that older readers are broken. */
class SignalRecordLayoutTest {
    @Test
    void shouldKeepOffsetsWhenConstantsAreEdited() {
        assertEquals(0, SignalRecordLayout.STAMP);
        assertEquals(8, SignalRecordLayout.PUBLISHED_NS);
        assertEquals(16, SignalRecordLayout.DEADLINE_NS);
        assertEquals(24, SignalRecordLayout.KEY);
        assertEquals(32, SignalRecordLayout.SIGNAL_ID);
        assertEquals(36, SignalRecordLayout.OWNER);
        assertEquals(38, SignalRecordLayout.FLAGS);
        assertEquals(39, SignalRecordLayout.PAYLOAD_LENGTH);
        assertEquals(40, SignalRecordLayout.OCCURRENCE);
        assertEquals(44, SignalRecordLayout.GENERATION);
        assertEquals(48, SignalRecordLayout.PAYLOAD);
        assertEquals(60, SignalRecordLayout.MISSED);
    }

    @Test
    void shouldBeOneCacheLineWhenMeasured() {
        assertEquals(64, SignalRecordLayout.LENGTH);
        assertEquals(12, SignalRecordLayout.MAX_PAYLOAD_LENGTH);
    }

    @Test
    void shouldKeepFlagBitsWhenConstantsAreEdited() {
        assertEquals(0x01, SignalRecordLayout.FLAG_LATE);
        assertEquals(0x02, SignalRecordLayout.FLAG_COALESCED);
        assertEquals(0x04, SignalRecordLayout.FLAG_RECOVERED);
        assertEquals(0x08, SignalRecordLayout.FLAG_MAYBE_DUPLICATE);
        assertEquals(0x10, SignalRecordLayout.FLAG_LAST);
        assertEquals(0x20, SignalRecordLayout.FLAG_ABSENT);
        assertEquals(0x40, SignalRecordLayout.FLAG_LOST);
    }
}
