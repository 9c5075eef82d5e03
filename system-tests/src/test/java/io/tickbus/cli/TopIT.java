// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tickbus top} on a terminal, as a user sees it: in tmux, at two sizes. */
final class TopIT {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(40);

    @TempDir
    private Path folder;

    @BeforeEach
    void findTmux() {
        assumeTrue(Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "tmux"))), "tmux is not installed");
    }

    @AfterEach
    void endTmux() throws IOException {
        if (Files.exists(folder.resolve("tmux"))) {
            tmux("kill-server");
        }
    }

    private String tmux(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of("tmux", "-u", "-f", "/dev/null", "-S",
                folder.resolve("tmux").toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().remove("TMUX");
        Process process = builder.start();
        process.getOutputStream().close();
        try (InputStream output = process.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Waits for a screen on which all of these are found. */
    private String await(String... patterns) throws IOException {
        long startNs = System.nanoTime();
        String screen = "";
        while (System.nanoTime() - startNs < TIMEOUT_NS) {
            screen = tmux("capture-pane", "-p");
            String shown = screen;
            if (Stream.of(patterns).allMatch(pattern -> Pattern.compile(pattern).matcher(shown).find())) {
                return screen;
            }
        }
        return fail("not all of " + List.of(patterns) + " came on the screen: " + screen
                + Files.readString(folder.resolve("errors"), StandardCharsets.UTF_8));
    }

    private void start(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-") || flag.startsWith("--enable-native")).forEach(line::add);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Tickbus.class.getName()));
        line.addAll(List.of(arguments));
        Path script = folder.resolve("script");
        Files.writeString(script, "'" + String.join("' '", line) + "' 2>'" + folder.resolve("errors")
                + "'\necho ended with $?\nexec sleep 600\n", StandardCharsets.UTF_8);
        tmux("new-session", "-d", "-x", "80", "-y", "24", "sh '" + script + "'");
    }

    private ChildJvm daemon() throws IOException {
        ChildJvm daemon = Cli.start(folder, "daemon", "--bus", "one", "--dir", folder.resolve("buses"), "--mode",
                "park", "--every", "20ms:42");
        String ready = daemon.line();
        assertTrue(ready != null && ready.startsWith("ready"), () -> daemon.transcript());
        return daemon;
    }

    @Test
    void shouldShowABusOnATerminalUntilQ() throws IOException {
        try (ChildJvm first = daemon()) {
            start("top", "one", "--dir", folder.resolve("buses").toString(), "--interval", "100ms");
            String screen = await("tickbus top  one  ALIVE", "park · epoch 1", "firings +[1-9]", "latest +[0-9.]+ .s",
                    "TIMERS +1 pending", "HOST +clock", "CLIENTS +NEXT DEADLINES +LATE FIRINGS +COUNTERS",
                    "q quit +p pause");
            assertEquals(24, screen.split("\n", -1).length - 1);
            tmux("send-keys", "?");
            await("half as often");
            tmux("send-keys", "?");
            for (int tab = 0; tab < 3; tab++) {
                tmux("send-keys", "Tab");
            }
            await("signals published +[0-9]");
            tmux("send-keys", "Down");
            tmux("send-keys", "Down");
            await("3 to \\d+ of");
            tmux("send-keys", "Up");
            await("2 to \\d+ of");
            tmux("send-keys", "p");
            await("paused");
            tmux("send-keys", "p");
            await("every 100 ms");
            tmux("resize-window", "-x", "200", "-y", "50");
            await("epoch 1.* NEXT DEADLINES", " LATE FIRINGS", " COUNTERS", "\n CLIENTS");
            first.kill();
        }
        await("DEAD", "! publisher pid=\\d+ is gone");
        try (ChildJvm second = daemon()) {
            await("ALIVE", "epoch 2", "firings +[1-9]");
            tmux("send-keys", "q");
            await("ended with 0");
            assertEquals("", Files.readString(folder.resolve("errors"), StandardCharsets.UTF_8));
            second.stop();
        }
    }

    @Test
    void shouldRestoreTheTerminalAtCtrlC() throws IOException {
        start("top", "none", "--dir", folder.resolve("buses").toString());
        await("UNREADABLE", "there is no");
        tmux("send-keys", "C-c");
        await("ended with 0");
        assertEquals("", Files.readString(folder.resolve("errors"), StandardCharsets.UTF_8));
    }
}
