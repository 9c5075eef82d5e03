// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiredFileTest {
    private static final int LONGEST = 1 << 16;
    private static final int KEYS = 100;
    private static final int FIRINGS = 10_000;

    @TempDir
    private Path folder;

    @Test
    void shouldKeepEverythingWhenFileCannotBeWrittenForAWhile() throws IOException {
        Path there = folder.resolve("there");
        Path path = there.resolve("fired");
        try (FiredFile file = FiredFile.open(path, LONGEST)) {
            Files.move(there, folder.resolve("away"));
            for (int i = 0; i < FIRINGS; i++) {
                file.fired(2, i % KEYS, 1, 1, i + 1);
            }
            assertThrows(UncheckedIOException.class, file::flush);
            file.fired(2, FIRINGS, 1, 7, FIRINGS + 1);
            assertThrows(UncheckedIOException.class, file::flush);
            Files.createDirectories(there);
            file.flush();
        }
        try (FiredFile file = FiredFile.open(path)) {
            assertEquals(FIRINGS + 1, file.sequence());
            assertEquals(7, file.memory().next(2, FIRINGS, 1));
            for (int i = 0; i < KEYS; i++) {
                assertEquals(1, file.memory().next(2, i, 1));
            }
        }
    }

    @Test
    void shouldTellOwnersApart() {
        Path path = folder.resolve("fired");
        try (FiredFile file = FiredFile.open(path, LONGEST)) {
            file.history(99, 10);
            assertTrue(file.owner(0, 7, 0, 1));
            assertFalse(file.owner(0, 7, 0, 1));
            // The next daemon gives the number to another owner.
            file.owner(1, 7, 20, 2);
            file.fired(0, 5, 1, 1, 11);
            file.fired(1, 5, 1, 3, 21);
            file.flush();
        }
        try (FiredFile file = FiredFile.open(path)) {
            assertEquals(1, file.memory().next(0, 5, 1));
            assertEquals(3, file.memory().next(1, 5, 1));
            assertEquals(0, file.owner(7, 19));
            assertEquals(1, file.owner(7, 20));
            assertEquals(FiredFile.NO_OWNER, file.owner(8, 20));
            file.memory().forget(1, 5, 1);
            assertEquals(0, file.memory().next(1, 5, 1));
            assertEquals(1, file.memory().size());
            file.memory().retain((owner, key, generation) -> owner == 1);
            assertEquals(0, file.memory().size());
            // Nobody can know what is of whom in another history.
            file.history(100, 0);
            assertEquals(FiredFile.NO_OWNER, file.owner(7, 20));
        }
    }
}
