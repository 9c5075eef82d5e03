// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.daemon.journal.JournalOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Here bus-journal is not on the class path. */
class WithoutJournalTest {
    @TempDir
    private Path root;

    @Test
    void shouldSayWhatToAddAndChangeNothing() {
        DaemonLog log = DaemonLog.standard();
        try {
            BusException e = assertThrows(BusException.class, () -> TimerDaemon.open(
                    DaemonContext.of(BusDirectory.at(root, "bus")).log(log)
                            .journal(JournalOptions.defaults(root.resolve("journal")))));
            assertEquals(BusException.Reason.NOT_FOUND, e.reason());
            assertTrue(e.getMessage().contains("io.tickbus:tickbus-journal"), e.getMessage());
            assertFalse(Files.exists(root.resolve("bus")));
            assertFalse(Files.exists(root.resolve("journal")));
        } finally {
            log.close();
        }
    }
}
