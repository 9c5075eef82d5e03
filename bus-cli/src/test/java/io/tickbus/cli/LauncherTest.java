// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;


/** The script {@code ./tickbus} in a small copy of the tree, whose build and whose Java are scripts that say so. */
@Timeout(60)
final class LauncherTest {
    @TempDir
    private Path folder;

    private Path source;
    private Path java;

    @BeforeEach
    void copy() throws IOException {
        Path project = Path.of("").toAbsolutePath();
        while (!Files.exists(project.resolve("mvnw"))) {
            project = project.getParent();
        }
        for (String file : new String[] {"tickbus", "deploy/packages/src/main/launcher/launcher.sh"}) {
            script(file, Files.readString(project.resolve(file), StandardCharsets.UTF_8));
        }
        source = Files.createDirectories(folder.resolve("bus-cli/src/main")).resolve("Some.java");
        Files.createDirectories(folder.resolve("native/src/main"));
        Files.createDirectories(folder.resolve("bench/latency/src/main"));
        for (String file : new String[] {"pom.xml", "bus-cli/pom.xml", "native/pom.xml",
            "bus-cli/src/main/Some.java"}) {
            Files.writeString(folder.resolve(file), "as it is");
        }
        script("mvnw", """
                #!/usr/bin/env bash
                echo built >>builds
                echo "$JAVA_HOME" >home
                mkdir -p bus-cli/target/quick && echo jar >bus-cli/target/quick/tickbus.jar
                """);
        // A version manager's java: a script in a folder that is no JDK.
        java = folder.resolve("shims/bin");
        script("shims/bin/java", """
                #!/usr/bin/env bash
                for word in "$@"; do
                    case $word in
                    -XX:ArchiveClassesAtExit=* | -XX:AOTCacheOutput=*)
                        echo trained >>FOLDER/trainings
                        [ ! -e FOLDER/broken ] && echo archive >"${word#*=}"
                        exit
                        ;;
                    esac
                done
                case "$*" in
                *-version*) exec JAVA_HOME/bin/java "$@" ;;
                *) echo "ran $*" ;;
                esac
                """.replace("JAVA_HOME", System.getProperty("java.home")).replace("FOLDER", folder.toString()));
    }

    private void script(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String run(String... args) throws IOException, InterruptedException {
        Process process = start(args);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private Process start(String... args) throws IOException {
        String[] command = new String[args.length + 1];
        command[0] = folder.resolve("tickbus").toString();
        System.arraycopy(args, 0, command, 1, args.length);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_HOME");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("nowhere").toString());
        builder.environment().put("PATH", java + ":" + System.getenv("PATH"));
        return builder.start();
    }

    private long builds() throws IOException {
        return Files.readAllLines(folder.resolve("builds")).size();
    }

    private long trainings() throws IOException {
        return Files.readAllLines(folder.resolve("trainings")).size();
    }

    /** The files beside the jar, but for what the build left. */
    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("bus-cli/target"))) {
            return files.filter(file -> file.getFileName().toString().matches("tickbus\\.jar\\.[0-9].*")).toList();
        }
    }

    private static boolean hasArchive(String output) {
        return output.contains("-XX:SharedArchiveFile=") || output.contains("-XX:AOTCache=");
    }

    @Test
    void shouldArchiveClassesOnceForEachJar() throws Exception {
        assertFalse(hasArchive(run("daemon")));
        assertTrue(hasArchive(run("stat")));
        assertTrue(hasArchive(run("stat")) && hasArchive(run("daemon")));
        assertEquals(1, trainings());
        Files.setLastModifiedTime(folder.resolve("bus-cli/target/tickbus.jar"),
                FileTime.from(Instant.now().plus(1, ChronoUnit.HOURS)));
        assertFalse(hasArchive(run("daemon")), "an archive of another jar");
        assertTrue(hasArchive(run("stat")));
        assertEquals(2, trainings());
        assertEquals(1, archives().size());
    }

    @Test
    void shouldDoWithoutAnArchiveThatCannotBeMade() throws Exception {
        Files.createFile(folder.resolve("broken"));
        for (int i = 0; i < 2; i++) {
            String output = run("stat");
            assertTrue(output.endsWith("tickbus.jar stat\n") && !hasArchive(output), output);
        }
        assertEquals(1, trainings(), "it was tried again");
    }

    @Test
    void shouldDoWithoutAnArchiveWhereTheFolderCannotBeWritten() throws Exception {
        run("daemon");
        Path target = folder.resolve("bus-cli/target");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeFalse(Files.isWritable(target), "skipped: this user may write everywhere");
            assertFalse(hasArchive(run("stat")));
        } finally {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void shouldLeaveOneWholeArchiveWhenSeveralAreStartedAtOnce() throws Exception {
        run("daemon");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start("stat"));
        }
        for (Process process : processes) {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
            assertTrue(output.endsWith("tickbus.jar stat\n"), output);
        }
        assertEquals(List.of("archive"), Files.readAllLines(archives().get(0)));
        assertEquals(1, archives().size());
    }

    @Test
    void shouldBuildOnceWhenSourceIsDatedInTheFuture() throws Exception {
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plus(3, ChronoUnit.DAYS)));
        run("stat");
        run("stat");
        assertEquals(1, builds());
        Files.writeString(source, "changed, and dated by today");
        run("stat");
        assertEquals(2, builds());
        Files.writeString(source, "changed again");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plus(3, ChronoUnit.DAYS)));
        run("stat");
        run("stat");
        assertEquals(3, builds());
    }

    @Test
    void shouldFindTheCompilerBehindAJavaThatIsAScript() throws Exception {
        run("stat");
        Path home = Path.of(Files.readString(folder.resolve("home")).strip());
        assertTrue(Files.isExecutable(home.resolve("bin/javac")), home.toString());
    }

    @Test
    void shouldUseOneCompilerForShortCommandsOnly() throws Exception {
        assertTrue(run("stat").contains("-XX:TieredStopAtLevel=1"));
        assertFalse(run("daemon").contains("-XX:TieredStopAtLevel=1"));
        assertTrue(run("tail", "md").endsWith("tickbus.jar tail md\n"));
    }
}
