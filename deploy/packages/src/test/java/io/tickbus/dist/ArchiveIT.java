// SPDX-License-Identifier: Apache-2.0
package io.tickbus.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked into a folder with a blank in its name that nothing is written to, run by this JVM's Java. */
@Timeout(300)
final class ArchiveIT {
    private static final int READY_SECONDS = 60;
    private static final int NOBODY = 65534;

    @TempDir
    private Path folder;

    private Path home;
    private Map<String, String> environment;

    @BeforeEach
    void unpack() throws Exception {
        Path archive = Packages.archive();
        Path apps = Files.createDirectories(folder.resolve("my apps"));
        Packages.run(Map.of(), "tar", "-xzf", archive.toString(), "-C", apps.toString());
        try (Stream<Path> content = Files.list(apps)) {
            home = content.findFirst().orElseThrow();
        }
        environment = new HashMap<>(Map.of("JAVA_HOME", System.getProperty("java.home"), "HOME", folder.toString(),
                "TICKBUS_DIR", Files.createDirectories(folder.resolve("buses")).toString()));
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        return Packages.run(environment, command(arguments));
    }

    private String[] command(String... arguments) {
        return Stream.concat(Stream.of(home.resolve("bin/tickbus").toString()), Stream.of(arguments))
                .toArray(String[]::new);
    }

    private List<String> content() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.map(file -> home.relativize(file).toString()).sorted().toList();
        }
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".archive")).toList();
        }
    }

    @Test
    void shouldRunFromATreeThatIsOnlyRead() throws Exception {
        List<String> content = content();
        environment.put("LC_ALL", "C");
        String version = run("--version");
        assertTrue(version.startsWith("tickbus ") && version.lines().count() == 1, version);
        assertTrue(run("doctor", "--json").contains("\"usable\" : true"));
        environment.put("LC_ALL", "tr_TR.UTF-8");
        environment.put("TICKBUS_JAVA_OPTS", "-Duser.language=tr -Duser.country=TR");
        // bash may say that there is no such locale.
        assertTrue(run("--version").endsWith(version));
        assertEquals(content, content());
        assertEquals(1, archives().size(), "in the user's own folder: " + archives());
        assertTrue(archives().get(0).startsWith(folder.resolve(".cache/tickbus")));
        assertTrue(Files.size(archives().get(0)) > 1_000_000);
    }

    @Test
    void shouldLeaveTheFolderOfAnotherUserAlone() throws Exception {
        Path another = Path.of("/");
        if (System.getProperty("user.name").equals("root")) {
            another = Files.createDirectories(folder.resolve("another"));
            Files.setAttribute(another, "unix:uid", NOBODY);
        }
        environment.put("HOME", another.toString());
        run("--version");
        environment.remove("HOME");
        run("--version");
        assertEquals(List.of(), archives());
    }

    @Test
    void shouldKeepTimersAndPrintSignals() throws Exception {
        Path log = folder.resolve("daemon.log");
        Process daemon = Packages.start(environment, log, command("daemon", "--every", "20ms:5"));
        try {
            long giveUpNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
            while (!Files.readString(log, StandardCharsets.UTF_8).contains("ready ")) {
                assertTrue(daemon.isAlive() && System.nanoTime() < giveUpNs, () -> "no daemon, see " + log);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            assertTrue(run("arm", "--key", "7", "--signal", "42", "--in", "10ms", "--wait").contains("42"));
            assertTrue(run("tail", "--signal", "5", "--count", "2", "--json").contains("\"signalId\""));
        } finally {
            daemon.destroy();
            assertTrue(daemon.waitFor(READY_SECONDS, TimeUnit.SECONDS));
        }
        assertTrue(Files.readString(log, StandardCharsets.UTF_8).contains("stopped "));
    }
}
