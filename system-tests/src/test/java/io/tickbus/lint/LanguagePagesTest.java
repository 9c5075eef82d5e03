// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Code in README and in the pages of the languages is cut from files under native/clients, which the conformance kit
 * compiles and runs.
 */
class LanguagePagesTest {
    private static final Pattern BLOCK =
            Pattern.compile("^```(c|python|go|rust)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern SOURCE = Pattern.compile(".*\\.(c|go|py|rs)");

    @Test
    void shouldQuoteTestedSamples() throws IOException {
        Path root = ProjectFiles.root();
        List<Path> pages = new ArrayList<>(List.of(root.resolve("README.md")));
        try (Stream<Path> files = Files.list(root.resolve("docs/languages"))) {
            pages.addAll(files.filter(file -> file.toString().endsWith(".md")).sorted().toList());
        }
        int quoted = 0;
        List<String> unknown = new ArrayList<>();
        for (Path page : pages) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                quoted++;
                if (!isInASample(root.resolve("native/clients").resolve(block.group(1)), block.group(2))) {
                    unknown.add(page.getFileName() + ":\n" + block.group(2));
                }
            }
        }
        assertTrue(quoted > 0, "quoted=" + quoted);
        assertEquals("", String.join("\n", unknown), "code that is in no file of native/clients");
    }

    /** Indented or not. */
    private static boolean isInASample(Path folder, String code) throws IOException {
        for (Path file : ProjectFiles.named(SOURCE)) {
            if (file.startsWith(folder) && withoutIndent(Files.readString(file)).contains(withoutIndent(code))) {
                return true;
            }
        }
        return false;
    }

    private static String withoutIndent(String code) {
        return code.replaceAll("(?m)^[ \t]+", "");
    }
}
