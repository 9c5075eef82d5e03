// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The clients in other languages stay small. What counts is a line that has more on it than blanks and a comment; a
 * docstring is a comment. Each limit is what the part had when it was set, and is only ever lowered; but C's format
 * grows with the wire format.
 */
class ClientSizeTest {
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);
    private static final Pattern PYTHON_COMMENT =
            Pattern.compile("^\\s*(#[^\\n]*|\"\"\".*?\"\"\"\\s*)$", Pattern.DOTALL | Pattern.MULTILINE);

    /** Some files of a language. */
    private record Part(String language, String what, int limit, String folder, List<String> files) {
        static Part of(String language, String what, int limit, String folder, String... files) {
            return new Part(language, what, limit, folder, List.of(files));
        }
    }

    private static final List<Part> PARTS = List.of(
            Part.of("c", "reads and arms", 873, "native/include", "tickbus.h"),
            Part.of("c", "format", 460, "native/include", "tickbus_format.h"),
            Part.of("c", "publishes", 246, "native/include", "tickbus_publish.h"),
            Part.of("python", "reads and arms", 760, "native/clients/python/tickbus", "__init__.py", "_errors.py",
                    "_files.py", "_memory.py", "_subscription.py", "_timers.py"),
            Part.of("python", "fast path", 163, "native/clients/python/tickbus", "_fast.py", "_native.c"),
            Part.of("python", "publishes", 201, "native/clients/python/tickbus", "_publisher.py"),
            Part.of("go", "reads and arms", 913, "native/clients/go", "errors.go", "files.go", "memory.go", "ring.go",
                    "subscription.go", "timers.go", "waiting.go"),
            Part.of("go", "publishes", 218, "native/clients/go", "publisher.go"),
            Part.of("rust", "reads and arms", 1143, "native/clients/rust/src", "files.rs", "lib.rs", "ring.rs",
                    "subscription.rs", "sys.rs", "timers.rs", "waiting.rs"),
            Part.of("rust", "publishes", 212, "native/clients/rust/src", "publisher.rs"));

    static long codeLines(Path file) throws IOException {
        boolean isPython = file.toString().endsWith(".py");
        String code = (isPython ? PYTHON_COMMENT : COMMENT).matcher(Files.readString(file)).replaceAll("");
        return code.lines().filter(line -> !line.isBlank()).count();
    }

    @Test
    void shouldStayWithinItsLimit() throws IOException {
        List<String> tooLong = new ArrayList<>();
        Map<String, Long> totals = new LinkedHashMap<>();
        for (Part part : PARTS) {
            long lines = 0;
            for (String file : part.files()) {
                lines += codeLines(ProjectFiles.root().resolve(part.folder()).resolve(file));
            }
            totals.merge(part.language(), lines, Long::sum);
            System.out.println("client size: " + part.language() + " " + part.what() + ": " + lines);
            if (lines > part.limit()) {
                tooLong.add(part.language() + " " + part.what() + ": " + lines + " lines, at most " + part.limit());
            }
        }
        assertEquals(List.of(), tooLong, "clients that have grown");
        long java = javaLines();
        System.out.println("client size: java reads and arms: " + java + "; others with publishing: " + totals);
        totals.forEach((language, lines) -> assertTrue(lines < java, () -> language + " is larger than Java"));
    }

    /** Of the subscriber and the timer client, without the files and rings below them, which publishers use too. */
    private static long javaLines() throws IOException {
        long lines = 0;
        try (Stream<Path> files = Files.walk(ProjectFiles.root().resolve("bus-subscriber/src/main/java"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                lines += codeLines(file);
            }
        }
        return lines;
    }
}
