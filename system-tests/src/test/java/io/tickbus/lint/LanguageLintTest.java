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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Code and documents are written in plain English, with the words of docs/GLOSSARY.md. Words that confused a reader are
 * listed in {@code banned-words.txt}, which says what to write instead.
 */
class LanguageLintTest {
    private static final String LIST = "banned-words.txt";
    private static final Pattern ENTRY = Pattern.compile("(.*\\S) +=> +(\\S.*)");
    private static final Pattern READ = Pattern.compile(".*\\.(java|md|sh|js|css|[ch]|py|go|rs|xml|ya?ml)|tickbus|run");
    private static final int MOST_SHOWN = 100;

    private static final Path PROJECT = ProjectFiles.root();
    private static final Map<Pattern, String> BANNED = new LinkedHashMap<>();

    @BeforeAll
    static void readList() throws IOException {
        Path list = PROJECT.resolve("system-tests/src/test/resources/io/tickbus/lint").resolve(LIST);
        for (String line : Files.readAllLines(list, StandardCharsets.UTF_8)) {
            Matcher entry = ENTRY.matcher(line);
            if (!line.isBlank() && !line.startsWith("#")) {
                assertTrue(entry.matches(), LIST + ": not 'expression => what to write': " + line);
                BANNED.put(Pattern.compile(entry.group(1), Pattern.CASE_INSENSITIVE), entry.group(2));
            }
        }
    }

    @Test
    void shouldContainNoBannedWord() throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> files = ProjectFiles.named(READ);
        for (Path file : files) {
            if (!file.endsWith("LanguageLintTest.java")) {
                check(PROJECT.relativize(file), Files.readString(file, StandardCharsets.UTF_8), BANNED, found);
            }
        }
        assertTrue(files.size() > 500, "files=" + files.size());
        assertEquals("", String.join("\n", found.subList(0, Math.min(found.size(), MOST_SHOWN))),
                found.size() + " banned words; what to write instead is in " + LIST);
    }

    @Test
    void shouldFindWordsAcrossLinesAndInAnyCase() {
        Map<Pattern, String> banned =
                Map.of(Pattern.compile("\\banew\\b|\\bput out\\b", Pattern.CASE_INSENSITIVE), "again; evict");
        for (String text : List.of("Made anew.", "ANEW", " * a client is put\n     * out", "put\n  // out of it")) {
            List<String> found = new ArrayList<>();
            check(Path.of("Some.java"), text, banned, found);
            assertEquals(1, found.size(), text);
        }
        List<String> found = new ArrayList<>();
        check(Path.of("Some.java"), "one\ntwo anew", banned, found);
        check(Path.of("Some.java"), "renewed, output, an input", banned, found);
        assertEquals(List.of("Some.java:2: 'anew': again; evict"), found);
    }

    private static void check(Path file, String text, Map<Pattern, String> words, List<String> found) {
        // A phrase may continue on the next line, after the marker with which a comment's line begins.
        String joined = text.replaceAll("\n[ \t]*(?:\\*|//|#)?[ \t]*", "\n ").replace('\n', '\u0001');
        String oneLine = joined.replace("\u0001 ", " ");
        words.forEach((banned, better) -> {
            Matcher word = banned.matcher(oneLine);
            while (word.find()) {
                found.add(file + ":" + line(joined, word.start()) + ": '" + word.group() + "': " + better);
            }
        });
    }

    /** The line number of a position in the joined text. */
    private static int line(String joined, int place) {
        int line = 1;
        int seen = 0;
        for (int i = 0; i < joined.length() && seen < place; i++) {
            if (joined.charAt(i) == '\u0001') {
                line++;
            } else {
                seen++;
            }
        }
        return line;
    }
}
