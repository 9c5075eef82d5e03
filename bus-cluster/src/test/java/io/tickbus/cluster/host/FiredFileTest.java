// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
                file.fired(i % KEYS, 1, 1, i + 1);
            }
            assertThrows(UncheckedIOException.class, file::flush);
            file.fired(FIRINGS, 1, 7, FIRINGS + 1);
            assertThrows(UncheckedIOException.class, file::flush);
            Files.createDirectories(there);
            file.flush();
        }
        try (FiredFile file = FiredFile.open(path)) {
            assertEquals(FIRINGS + 1, file.sequence());
            assertEquals(7, file.next(FIRINGS, 1));
            for (int i = 0; i < KEYS; i++) {
                assertEquals(1, file.next(i, 1));
            }
        }
    }
}
