// SPDX-License-Identifier: Apache-2.0
package io.tickbus.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The packages that this build has made, and commands that try them. */
final class Packages {
    private static final long TIMEOUT_S = 300;

    private Packages() {
    }

    /** The newest file of the build whose name matches; without one the test is skipped. */
    static Path named(String regex) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            Optional<Path> newest = files.filter(file -> file.getFileName().toString().matches(regex))
                    .max(Comparator.comparing(file -> file.toFile().lastModified()));
            assumeTrue(newest.isPresent(), "skipped: target has no " + regex + ", which './mvnw verify' makes, and "
                    + "with -Ppackages the one with a runtime");
            return newest.get().toAbsolutePath();
        }
    }

    /** The archive without a runtime. */
    static Path archive() throws IOException {
        return named("tickbus-((?!-linux-).)*\\.tar\\.gz");
    }

    /** Skips the test where a tool is missing. */
    static void assumeTool(String path) {
        assumeTrue(Files.isExecutable(Path.of(path)), "skipped: there is no " + path);
    }

    /** The output of a command that must succeed. */
    static String run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        try {
            Process process = start(environment, output, command);
            boolean isDone = process.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
            process.destroyForcibly();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            assertEquals(0, isDone ? process.exitValue() : -1, List.of(command) + "\n" + text);
            return text;
        } finally {
            Files.delete(output);
        }
    }

    /** Starts a command without the variables that would change it. */
    static Process start(Map<String, String> environment, Path output, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TICKBUS_") || name.startsWith("XDG_")
                || name.startsWith("LC_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
