// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserIdTest {
    @TempDir
    private Path folder;

    @Test
    void shouldBeTheOwnerOfWhatThisProcessMakes() {
        assertEquals(UserId.current(), UserId.ofFile(folder));
    }

    @Test
    void shouldFailRatherThanNameSomebodyWhenFileIsMissing() {
        BusException e = assertThrows(BusException.class, () -> UserId.ofFile(folder.resolve("missing")));
        assertEquals(BusException.Reason.NOT_FOUND, e.reason());
    }

    @Test
    void shouldHaveNoSignInTextAndInDefaultRoot() {
        assertEquals("4294967294", UserId.text(-2));
        assertTrue(BusRoots.ofUser((int) 3_000_000_000L).endsWith("tickbus-3000000000"));
    }
}
