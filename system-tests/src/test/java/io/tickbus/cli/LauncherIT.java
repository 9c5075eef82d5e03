// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./tickbus} with the real jar and this JVM's Java, without sources beside it. */
@Timeout(120)
final class LauncherIT {
    @TempDir
    private Path folder;

    private Path target;

    @BeforeEach
    void copy() throws IOException {
        Path project = ProjectFiles.root();
        Path jar = project.resolve("bus-cli/target/tickbus.jar");
        assumeTrue(Files.exists(jar), "skipped: the jar is not built");
        target = Files.createDirectories(folder.resolve("bus-cli/target"));
        Files.copy(jar, target.resolve("tickbus.jar"));
        Files.copy(project.resolve("tickbus"), folder.resolve("tickbus"));
        Path launcher = Path.of("deploy/packages/src/main/launcher/launcher.sh");
        Files.createDirectories(folder.resolve(launcher).getParent());
        Files.copy(project.resolve(launcher), folder.resolve(launcher));
    }

    private String run(String... args) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("bash",
                folder.resolve("tickbus").toString()), Stream.of(args)).toList()).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> !file.endsWith("tickbus.jar")).toList();
        }
    }

    @Test
    void shouldStartFromAnArchiveAndSayNothingOfIt() throws Exception {
        String version = run("--version");
        assertTrue(version.startsWith("tickbus ") && version.lines().count() == 1, version);
        Path archive = archives().get(0);
        assertTrue(archives().size() == 1 && Files.size(archive) > 1_000_000, archives().toString());
        assertEquals(version, run("--version"));
        // Of another JVM, or damaged: the JVM does without.
        Files.delete(archive);
        Files.write(archive, new byte[1_000_000]);
        assertEquals(version, run("--version"));
    }
}
