// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The C code of docs/WIRE_FORMAT.md is that of the header, word by word and in its order. */
class WireFormatTest {
    private static final Pattern C_BLOCK = Pattern.compile("^```c\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @Test
    void shouldQuoteTheHeader() throws IOException {
        String header = Files.readString(ProjectFiles.root().resolve("native/include/tickbus_format.h"));
        List<String> blocks = C_BLOCK.matcher(Files.readString(ProjectFiles.root().resolve("docs/WIRE_FORMAT.md")))
                .results().map(block -> block.group(1)).toList();
        assertTrue(blocks.size() >= 20, "blocks=" + blocks.size());
        int at = 0;
        for (String block : blocks) {
            int found = header.indexOf(block, at);
            assertTrue(found >= 0, () -> "not in tickbus_format.h, or not in this order:\n" + block);
            at = found + block.length();
        }
    }
}
