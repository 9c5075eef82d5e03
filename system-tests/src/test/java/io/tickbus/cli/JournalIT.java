// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Durable timers and the journal commands on the command line, each command in a process of its own. */
@Timeout(180)
final class JournalIT {
    @TempDir
    private Path folder;

    private ChildJvm start(String line) {
        return Cli.start(folder, (Object[]) (line + " --dir " + folder.resolve("buses")).split(" ", -1));
    }

    private String journal() {
        return " --journal " + folder.resolve("state").resolve("journal");
    }

    private List<String> lines(int exitCode, String line) throws Exception {
        try (ChildJvm process = start(line)) {
            List<String> lines = process.rest().lines().takeWhile(next -> !next.isEmpty()).toList();
            assertEquals(exitCode, process.exitCode(), process.errors());
            assertFalse(process.errors().contains("WARNING:"), process.errors());
            assertFalse(process.errors().contains("SLF4J"), process.errors());
            return lines;
        }
    }

    private Map<String, Object> json(int exitCode, String line) throws Exception {
        return JSON.std.mapFrom(String.join("\n", lines(exitCode, line + " --json")));
    }

    @Test
    void shouldSayWhatToDoWhenThereIsNoJournal() throws Exception {
        try (ChildJvm daemon = start("daemon --mode park")) {
            daemon.line();
            try (ChildJvm arm = start("arm --key 1 --signal 2 --in 1h --durable process")) {
                assertEquals(Tickbus.FAILED, arm.exitCode());
                assertTrue(arm.errors().contains("start it with --journal"), arm.errors());
            }
        }
        try (ChildJvm replay = start("replay --from 0" + journal())) {
            assertEquals(Tickbus.FAILED, replay.exitCode());
            assertTrue(replay.errors().contains("there is no journal"), replay.errors());
        }
    }

    @Test
    void shouldRecoverTimersAfterAKillAndReplaySignals() throws Exception {
        try (ChildJvm daemon = start("daemon --mode park --every 20ms:9" + journal())) {
            daemon.line();
            assertEquals("ARMED", json(Tickbus.DONE, "arm --key 7 --signal 42 --in 1h --durable disk").get("code"));
            assertEquals("ARMED", json(Tickbus.DONE, "arm --key 8 --signal 42 --in 1h --durable process").get("code"));
            assertEquals("ARMED", json(Tickbus.DONE, "arm --key 9 --signal 42 --in 1h").get("code"));
            assertEquals("CANCELLED", json(Tickbus.DONE, "cancel 8").get("code"));
            assertEquals("ARMED", json(Tickbus.DONE, "arm --key 6 --signal 43 --in 1ms --durable process").get("code"));
            // Until that one has fired, and is no longer listed.
            while (!json(Tickbus.DONE, "list").get("count").equals(2)) {
                Thread.sleep(10);
            }
            daemon.kill();
        }
        try (ChildJvm daemon = start("daemon --mode park" + journal())) {
            daemon.line();
            Map<String, Object> list = json(Tickbus.DONE, "list --all --client-name other");
            assertEquals(1, list.get("count"), list.toString());
            Map<?, ?> timer = (Map<?, ?>) ((List<?>) list.get("timers")).get(0);
            assertEquals(List.of("7", "disk"), List.of(timer.get("key"), timer.get("durable")));
            assertEquals("cli", timer.get("client"), "whose owner has no client");
            daemon.terminate();
            assertEquals(Tickbus.DONE, daemon.exitCode(), daemon.errors());
            assertTrue(daemon.errors().contains("recovered timers=1 "), daemon.errors());
            assertFalse(daemon.errors().contains("WARNING: "), daemon.errors());
        }
        assertEquals(true, json(Tickbus.DONE, "journal verify" + journal()).get("whole"));
        Map<String, Object> stats = json(Tickbus.DONE, "journal stats" + journal());
        assertEquals(0, stats.get("signalsMissing"));
        assertTrue(((Number) stats.get("signals")).longValue() > 10, stats.toString());
        List<String> replayed = lines(Tickbus.DONE, "replay --from 0 --signal 43 --json" + journal());
        assertEquals(1, replayed.size(), replayed.toString());
        assertEquals("6", JSON.std.mapFrom(replayed.get(0)).get("key"));
        lines(Tickbus.DONE, "replay --from 0 --speed max --onto again" + journal());
        try (Stream<Path> entries = Files.list(folder.resolve("state"))) {
            assertEquals(List.of("journal"), entries.map(entry -> entry.getFileName().toString()).toList());
        }
        assertTrue(lines(Tickbus.DONE, "stat --json").toString().contains("again"));
    }
}
