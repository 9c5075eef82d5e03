// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each source file names its licence in its first line, or in its second after a {@code #!}. */
class LicenceLintTest {
    private static final Pattern SOURCE = Pattern.compile(".*\\.(java|[ch]|py|go|rs|js|css|sh)|tickbus|run");
    private static final Pattern HEADER =
            Pattern.compile("(#!.*\n)?(//|/\\*|#) SPDX-License-Identifier: Apache-2\\.0( \\*/)?\n");
    private static final int HEAD = 200;

    @Test
    void shouldNameTheLicenceInEachSourceFile() throws IOException {
        List<Path> files = ProjectFiles.named(SOURCE);
        List<String> without = new ArrayList<>();
        for (Path file : files) {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            if (!HEADER.matcher(text.substring(0, Math.min(HEAD, text.length()))).lookingAt()) {
                without.add(file.toString());
            }
        }
        assertTrue(files.size() > 500, "files=" + files.size());
        assertEquals(List.of(), without, "files that do not begin with '// SPDX-License-Identifier: Apache-2.0'");
    }
}
