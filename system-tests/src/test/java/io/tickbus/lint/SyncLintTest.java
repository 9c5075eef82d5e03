// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every ordered access names its partner in a comment {@code SYNC name: pairs with Class.method; without …}.
 * Both sides must exist: a name that occurs only once has lost its other side.
 */
class SyncLintTest {
    private static final Pattern SYNC = Pattern.compile("\\bSYNC ([\\w-]+)(.*)");
    private static final Pattern PARTNER =
            Pattern.compile("^: pairs with ([A-Z]\\w*)\\.(\\w+)(?: and ([A-Z]\\w*)\\.(\\w+))?; ");
    private static final Path MEMORY_MODEL = Path.of("docs/MEMORY_MODEL.md");
    private static final Path STRESS_TESTS = Path.of("bench/stress/src/main/java/io/tickbus/bench/stress");
    /** A row of the table of names, the only table with five columns. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z][a-z-]+)` \\|(?:[^|\n]+\\|){4}$");
    private static final Pattern STRESS = Pattern.compile("`(\\w+Stress)`");

    private static final Map<String, String> SOURCES = new TreeMap<>();
    private static final Map<String, List<Place>> PLACES = new TreeMap<>();
    private static final Path PROJECT = ProjectFiles.root();
    private static final Pattern JAVA = Pattern.compile(".*\\.java");

    private record Place(String file, String comment) {
    }

    @BeforeAll
    static void readSources() throws IOException {
        for (Path file : ProjectFiles.named(JAVA)) {
            if (isMainSource(file)) {
                read(file);
            }
        }
    }

    private static boolean isMainSource(Path path) {
        String name = PROJECT.relativize(path).toString().replace('\\', '/');
        // The stress tests under bench name the pairs that they test, and are not part of any.
        return name.endsWith(".java") && name.contains("src/main/java/")
                && !name.startsWith("bench/");
    }

    private static void read(Path path) {
        try {
            String source = Files.readString(path);
            String file = path.getFileName().toString();
            SOURCES.merge(file.substring(0, file.length() - ".java".length()), source, String::concat);
            // Joins the lines of a comment, so that it can be matched.
            Matcher sync = SYNC.matcher(source.replaceAll("\n\\s*(//|\\*) ", " "));
            while (sync.find()) {
                PLACES.computeIfAbsent(sync.group(1), name -> new ArrayList<>()).add(new Place(file, sync.group(2)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldFindSourcesAndNames() {
        assertTrue(SOURCES.containsKey("SlotRing"), "project=" + PROJECT);
        assertTrue(PLACES.containsKey("slot-publish"), PLACES::toString);
    }

    @Test
    void shouldNameEachPairAtTwoPlacesOrMore() {
        List<String> alone = new ArrayList<>();
        PLACES.forEach((name, places) -> {
            if (places.size() < 2) {
                alone.add(name + " only in " + places.get(0).file());
            }
        });
        assertEquals(List.of(), alone);
    }

    @Test
    void shouldNamePartnersThatExist() {
        List<String> wrong = new ArrayList<>();
        PLACES.forEach((name, places) -> places.forEach(place -> {
            Matcher partner = PARTNER.matcher(place.comment());
            if (!partner.find()) {
                wrong.add(place.file() + ": SYNC " + name + " lacks 'pairs with Class.method; what would break'");
                return;
            }
            for (int group = 1; group <= partner.groupCount() && partner.group(group) != null; group += 2) {
                if (!declares(partner.group(group), partner.group(group + 1))) {
                    wrong.add(place.file() + ": SYNC " + name + " pairs with " + partner.group(group) + "."
                            + partner.group(group + 1) + ", which does not exist");
                }
            }
        }));
        assertEquals(List.of(), wrong);
    }

    private static boolean declares(String type, String method) {
        // A declaration has a type before its name, a call has a dot, a bracket or an operator.
        return Pattern.compile("[\\w>\\]] " + method + "\\(").matcher(SOURCES.getOrDefault(type, ""))
                .results().anyMatch(match -> !SOURCES.get(type).startsWith("return ", match.start() - 5));
    }

    @Test
    void shouldExplainEachNameInMemoryModel() throws IOException {
        Set<String> rows = new TreeSet<>();
        Matcher row = ROW.matcher(Files.readString(PROJECT.resolve(MEMORY_MODEL)));
        while (row.find()) {
            rows.add(row.group(1));
        }
        assertEquals(PLACES.keySet(), rows, "names with a row in " + MEMORY_MODEL);
    }

    @Test
    void shouldNameStressTestsThatExistInMemoryModel() throws IOException {
        String text = Files.readString(PROJECT.resolve(MEMORY_MODEL));
        Set<String> existing = new TreeSet<>();
        try (Stream<Path> paths = Files.walk(PROJECT.resolve(STRESS_TESTS))) {
            paths.map(path -> path.getFileName().toString()).filter(name -> name.endsWith("Stress.java"))
                    .forEach(name -> existing.add(name.substring(0, name.length() - ".java".length())));
        }
        Set<String> named = new TreeSet<>();
        Matcher stress = STRESS.matcher(text);
        while (stress.find()) {
            named.add(stress.group(1));
        }
        assertEquals(existing, named, "stress tests that exist, and those named in " + MEMORY_MODEL);
        for (String line : text.lines().filter(line -> ROW.matcher(line + "\n").find()).toList()) {
            assertTrue(STRESS.matcher(line).find(), "no stress test in " + line);
        }
    }
}
