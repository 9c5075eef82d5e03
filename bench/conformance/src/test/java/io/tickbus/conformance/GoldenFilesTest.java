// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The golden files of the kit are those that today's publisher writes. */
class GoldenFilesTest {
    @TempDir
    Path folder;

    @Test
    void shouldMakeTheSameBytesAsForThisVersion() throws IOException {
        Map<String, GoldenFiles.Golden> made = GoldenFiles.make(folder);
        assertEquals(new TreeSet<>(made.keySet()), GoldenFiles.names());
        for (Map.Entry<String, GoldenFiles.Golden> file : made.entrySet()) {
            String name = file.getKey();
            assertEquals(Files.readString(GoldenFiles.path(name + ".hex")), file.getValue().hex(),
                    () -> name + ": a byte of the format has changed, and so layoutVersion must change too");
            assertEquals(Files.readString(GoldenFiles.path(name + ".json")),
                    GoldenFiles.json(file.getValue().answer()), name);
        }
    }
}
