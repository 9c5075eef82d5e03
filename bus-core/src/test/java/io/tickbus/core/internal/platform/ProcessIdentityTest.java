// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProcessIdentityTest {
    @Test
    void shouldSeeItselfAsOthersDo() {
        ProcessIdentity self = ProcessIdentity.current();
        assertEquals(self, ProcessIdentity.of(self.pid()));
        assertTrue(self.startTicks() > 0, self.toString());
    }

    @Test
    void shouldKnowNoStartOfAProcessThatIsNotThere() {
        assertEquals(new ProcessIdentity(Integer.MAX_VALUE, 0, 0), ProcessIdentity.of(Integer.MAX_VALUE));
    }
}
