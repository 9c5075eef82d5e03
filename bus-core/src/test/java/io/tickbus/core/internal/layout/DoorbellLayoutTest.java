// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The literal offsets of layout version 1: a failure here means that older readers are broken. */
class DoorbellLayoutTest {
    @Test
    void shouldKeepOffsetsWhenConstantsAreEdited() {
        assertEquals(0, DoorbellLayout.DAEMON_WORD);
        assertEquals(128, DoorbellLayout.SUBSCRIBERS_PARKED);
        assertEquals(4096, DoorbellLayout.LENGTH);
    }
}
