// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each row of docs/GUARANTEES.md names at least one test, and every test named there exists. */
class GuaranteesTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+(?:Test|IT|Stress))`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!promise|---).*\\|$");

    @Test
    void shouldNameTestsThatExist() throws IOException {
        Path project = ProjectFiles.root();
        String text = Files.readString(project.resolve("docs/GUARANTEES.md"));
        Set<String> named = NAME.matcher(text).results().map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(named.size() > 20, "names=" + named);
        named.removeAll(classes(project));
        assertEquals(Set.of(), named, "tests that do not exist");
    }

    @Test
    void shouldNameATestInEachRow() throws IOException {
        String text = Files.readString(ProjectFiles.root().resolve("docs/GUARANTEES.md"));
        Set<String> untested = ROW.matcher(text).results().map(found -> found.group())
                .filter(row -> !NAME.matcher(row).find()).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), untested, "promises without a test");
    }

    private static Set<String> classes(Path project) throws IOException {
        try (Stream<Path> files = Files.walk(project)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length())).collect(Collectors.toSet());
        }
    }
}
