// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Timers on the command line: daemon, arm, list, cancel and tail, each in a process of its own. */
@Timeout(120)
final class TimersIT {
    @TempDir
    private Path folder;

    private ChildJvm start(String line) {
        return Cli.start(folder, (Object[]) (line + " --dir " + folder.resolve("buses")).split(" ", -1));
    }

    private Map<String, Object> run(String line) throws Exception {
        try (ChildJvm process = start(line + " --json")) {
            Map<String, Object> json = Cli.json(process);
            assertEquals(Tickbus.DONE, process.exitCode(), process.errors());
            return json;
        }
    }

    private static void awaitText(ChildJvm process, String text) throws InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!process.errors().contains(text)) {
            assertTrue(System.nanoTime() < endNs, () -> "no '" + text + "': " + process.errors());
            Thread.sleep(10);
        }
    }

    @Test
    void shouldArmListAndCancelInSeparateProcesses() throws Exception {
        try (ChildJvm daemon = start("daemon --mode park")) {
            daemon.line();
            Map<String, Object> armed = run("arm --key 7 --signal 42 --every 50ms --payload 0xCAFE");
            assertEquals("ARMED", armed.get("code"));
            try (ChildJvm tail = start("tail --timers --signal 42 --count 3 --json")) {
                long occurrence = -1;
                for (int seen = 0; seen < 3;) {
                    Map<String, Object> line = Cli.jsonLine(tail);
                    if (line.get("type").equals("signal")) {
                        seen++;
                        assertEquals(List.of("7", armed.get("owner"), "cafe"),
                                List.of(line.get("key"), line.get("owner"), line.get("payload")));
                        long next = ((Number) line.get("occurrence")).longValue();
                        assertTrue(next > occurrence, "occurrence=" + next + " after " + occurrence);
                        occurrence = next + ((Number) line.get("missed")).longValue();
                        assertTrue(((Number) line.get("publishedLatenessNs")).longValue() >= 0, line.toString());
                    }
                }
            }
            assertEquals(1, run("list").get("count"));
            assertEquals("CANCELLED", run("cancel 7").get("code"));
            assertEquals(0, run("list --all").get("count"));
            daemon.terminate();
            assertTrue(daemon.line().startsWith("stopped bus="));
            assertEquals(Tickbus.DONE, daemon.exitCode(), daemon.errors());
        }
    }

    @Test
    void shouldShowTimersAsATable() throws Exception {
        try (ChildJvm daemon = start("daemon --every 5ms:9:77"); ChildJvm tail = start("tail --timers --count 2")) {
            daemon.line();
            assertEquals(List.of("SEQUENCE", "SIGNAL", "DUE", "OWNER", "KEY", "OCCURRENCE", "MISSED"),
                    List.of(tail.line().split(" +", -1)).subList(0, 7));
            List<String> words = List.of(tail.line().split(" +", -1));
            assertEquals(List.of("9", "0", "77"), List.of(words.get(1), words.get(3), words.get(4)));
            assertEquals(Tickbus.DONE, tail.exitCode(), tail.errors());
        }
    }

    @Test
    void shouldStopWaitingWhenInterruptedOrReplaced() throws Exception {
        try (ChildJvm daemon = start("daemon")) {
            daemon.line();
            try (ChildJvm arm = start("arm --key 1 --signal 2 --in 1h --wait")) {
                assertTrue(arm.line().startsWith("armed key 1"));
                arm.closeOutput();
                assertEquals(Tickbus.DONE, arm.exitCode(), arm.errors());
            }
            try (ChildJvm arm = start("arm --key 1 --signal 2 --in 1h --wait")) {
                assertTrue(arm.line().startsWith("armed key 1"));
                arm.terminate();
                assertEquals(Tickbus.FAILED, arm.exitCode());
                assertTrue(arm.errors().contains("stopped before the timer fired"), arm.errors());
            }
            try (ChildJvm arm = start("arm --key 1 --signal 2 --in 1h --wait")) {
                assertTrue(arm.line().startsWith("armed key 1"));
                try (ChildJvm cancel = start("cancel 1")) {
                    assertEquals(Tickbus.DONE, cancel.exitCode(), cancel.errors());
                }
                assertEquals(Tickbus.FAILED, arm.exitCode());
                assertTrue(arm.errors().contains("was cancelled or armed again by somebody else"), arm.errors());
            }
            try (ChildJvm arm = start("arm --key 1 --signal 2 --in 1h --wait")) {
                assertTrue(arm.line().startsWith("armed key 1"));
                try (ChildJvm again = start("arm --key 1 --signal 2 --in 1ms")) {
                    assertEquals(Tickbus.DONE, again.exitCode(), again.errors());
                }
                assertEquals(Tickbus.FAILED, arm.exitCode());
                assertTrue(arm.errors().contains("was cancelled or armed again by somebody else"), arm.errors());
            }
            try (ChildJvm arm = start("arm --key 1 --signal 2 --in 1h --wait")) {
                assertTrue(arm.line().startsWith("armed key 1"));
                daemon.terminate();
                assertEquals(Tickbus.FAILED, arm.exitCode());
                assertEquals(1, arm.errors().lines().count(), arm.errors());
            }
        }
    }

    @Test
    void shouldReloadItsSettingsFileAndPreferFlags() throws Exception {
        try (SighupHandler inherited = SighupHandler.listen(() -> { })) {
            String reason = "skipped: this build was started with SIGHUP ignored, as by nohup, which its children "
                    + "inherit";
            if (!inherited.isListening()) {
                System.out.println(reason);
            }
            assumeTrue(inherited.isListening(), reason);
        }
        Path file = Files.writeString(folder.resolve("tickbus.properties"), "mode = park\nquota.timers = 10\n");
        try (ChildJvm daemon = start("daemon --fire-limit 9 --settings " + file)) {
            assertTrue(daemon.line().contains("mode=park"));
            Files.writeString(file, "mode = eco\nfire.limit = 100\nquota.timers = 10\n");
            assertEquals("reloaded", run("reload --timeout 30s").get("outcome"));
            awaitText(daemon, "INFO settings-reloaded mode=park->eco\n");
            assertFalse(daemon.errors().contains("fire.limit"), daemon.errors());
            Files.writeString(file, "mode = fast\n");
            try (ChildJvm reload = start("reload --timeout 30s")) {
                assertEquals(Tickbus.FAILED, reload.exitCode());
            }
            awaitText(daemon, "ERROR settings-refused");
            assertTrue(daemon.errors().contains("line 1"), daemon.errors());
            daemon.terminate();
            assertEquals(Tickbus.DONE, daemon.exitCode(), daemon.errors());
        }
    }
}
