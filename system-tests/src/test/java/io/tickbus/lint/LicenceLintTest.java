// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each source file names its licence in its first line, or in its second after a {@code #!}. */
class LicenceLintTest {
    private static final Pattern SOURCE = Pattern.compile(".*\\.(java|c|go|js|css|sh)|tickbus|run");
    private static final Pattern HEADER =
            Pattern.compile("(#!.*\n)?(//|/\\*|#) SPDX-License-Identifier: Apache-2\\.0( \\*/)?\n");
    private static final int HEAD = 200;

    @Test
    void shouldNameTheLicenceInEachSourceFile() throws IOException {
        Path project = project();
        List<String> without = new ArrayList<>();
        int[] files = new int[1];
        Files.walkFileTree(project, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean isOfOthers = !folder.equals(project)
                        && Set.of(".git", "target", "results").contains(folder.getFileName().toString());
                return isOfOthers ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (SOURCE.matcher(file.getFileName().toString()).matches()) {
                    files[0]++;
                    String text = Files.readString(file, StandardCharsets.UTF_8);
                    if (!HEADER.matcher(text.substring(0, Math.min(HEAD, text.length()))).lookingAt()) {
                        without.add(project.relativize(file).toString());
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
        assertTrue(files[0] > 500, "files=" + files[0]);
        assertEquals(List.of(), without, "files that do not begin with '// SPDX-License-Identifier: Apache-2.0'");
    }

    private static Path project() {
        Path project = Path.of("").toAbsolutePath();
        while (!Files.exists(project.resolve("mvnw"))) {
            project = project.getParent();
        }
        return project;
    }
}
