// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a user runs them: each in a process of its own. */
@Timeout(120)
final class CommandsIT {
    @TempDir
    private Path folder;

    private ChildJvm start(Object... args) {
        Object[] all = new Object[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--dir";
        all[args.length + 1] = folder.resolve("buses");
        return Cli.start(folder, all);
    }

    @Test
    void shouldTailWhatAnotherProcessPublishes() throws Exception {
        try (ChildJvm tail = start("tail", "--from", "oldest", "--count", "100", "--json");
                ChildJvm publish = start("publish", "42", "--key", "7", "--payload", "0xCAFE", "--count", "100")) {
            assertEquals(Tickbus.DONE, publish.exitCode(), publish.errors());
            int expected = 0;
            Map<String, Object> line = Cli.jsonLine(tail);
            while (!line.get("type").equals("summary")) {
                if (line.get("type").equals("signal")) {
                    assertEquals(expected++, line.get("sequence"));
                    assertEquals(List.of(42, "7", "cafe"),
                            List.of(line.get("signalId"), line.get("key"), line.get("payload")));
                }
                line = Cli.jsonLine(tail);
            }
            assertEquals(100, expected);
            assertEquals(100, line.get("received"));
            assertEquals(0, line.get("lost"));
            assertEquals(Tickbus.DONE, tail.exitCode());
        }
    }

    @Test
    void shouldEndTheDaemonCleanlyOnSigterm() throws Exception {
        try (ChildJvm daemon = start("daemon", "--every", "1ms:42", "--json")) {
            Map<String, Object> ready = Cli.jsonLine(daemon);
            assertEquals(List.of("ready", "default", 1, 0), List.of(ready.get("event"), ready.get("bus"),
                    ready.get("epoch"), ready.get("nextSequence")));
            assertEquals(daemon.pid(), ((Number) ready.get("pid")).longValue());
            try (ChildJvm tail = start("tail", "--count", "50")) {
                assertEquals(Tickbus.DONE, tail.exitCode(), tail.errors());
                assertTrue(tail.errors().contains("received 50, lost 0"), tail.errors());
            }
            daemon.terminate();
            Map<String, Object> stopped = Cli.jsonLine(daemon);
            assertEquals("stopped", stopped.get("event"));
            assertTrue(((Number) stopped.get("published")).longValue() >= 50, stopped.toString());
            assertNotNull(stopped.get("guardNs"));
            assertEquals(Tickbus.DONE, daemon.exitCode(), daemon.errors());
        }
        assertEquals("closed", condition());
    }

    private Object condition() throws Exception {
        try (ChildJvm stat = start("stat", "--bus", "default", "--json")) {
            return Cli.json(stat).get("condition");
        }
    }

    @Test
    void shouldNameTheOwnersPidToASecondPublisher() throws Exception {
        try (ChildJvm daemon = start("daemon")) {
            assertTrue(daemon.line().startsWith("ready bus=default"));
            for (String[] command : new String[][] {{"daemon"}, {"publish", "1"}}) {
                try (ChildJvm second = start((Object[]) command)) {
                    assertEquals(Tickbus.FAILED, second.exitCode());
                    assertTrue(second.errors().contains("pid=" + daemon.pid()), second.errors());
                    assertEquals(1, second.errors().lines().count(), second.errors());
                }
            }
            daemon.terminate();
            assertTrue(daemon.line().startsWith("stopped bus=default timersSaved=0 timersDropped=0 published=0"));
        }
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsAnyMore() throws Exception {
        // With a heartbeat this long, tail must not report it as stalled either.
        try (ChildJvm daemon = start("daemon", "--every", "100us:1", "--heartbeat", "10s")) {
            daemon.line();
            try (ChildJvm tail = start("tail")) {
                assertTrue(tail.line().startsWith("SEQUENCE"));
                assertNotNull(tail.line());
                tail.closeOutput();
                assertEquals(Tickbus.DONE, tail.exitCode());
                assertEquals("", tail.errors());
            }
        }
    }

    @Test
    void shouldPrintSummaryOnSigterm() throws Exception {
        try (ChildJvm daemon = start("daemon", "--every", "1ms:1"); ChildJvm tail = start("tail", "--json")) {
            daemon.line();
            Map<String, Object> line = Cli.jsonLine(tail);
            tail.terminate();
            while (!line.get("type").equals("summary")) {
                line = Cli.jsonLine(tail);
            }
            assertNull(tail.line());
            assertEquals(Tickbus.DONE, tail.exitCode(), tail.errors());
        }
    }

    @Test
    void shouldReportThePublishersStatus() throws Exception {
        try (ChildJvm daemon = start("daemon", "--every", "1ms:1", "--heartbeat", "10ms")) {
            daemon.line();
            try (ChildJvm tail = start("tail", "--json")) {
                while (!Cli.jsonLine(tail).get("type").equals("signal")) {
                    Thread.onSpinWait();
                }
                daemon.kill();
                awaitStatus(tail, "DEAD");
                assertEquals("dead", condition());
                try (ChildJvm next = start("publish", "2")) {
                    assertEquals(Tickbus.DONE, next.exitCode(), next.errors());
                }
                awaitStatus(tail, "CLOSED");
            }
        }
    }

    private static void awaitStatus(ChildJvm tail, String status) throws IOException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        Map<String, Object> line = Cli.jsonLine(tail);
        while (!status.equals(line.get("status"))) {
            assertTrue(System.nanoTime() < endNs, "no status " + status);
            line = Cli.jsonLine(tail);
        }
    }

    @Test
    void shouldShowExactlyWhatWasLost() throws Exception {
        BusDirectory bus = BusDirectory.at(folder.resolve("buses"), "default");
        try (SignalPublisher publisher = SignalPublisher.open(bus, SignalsOptions.defaults().withSlotCount(16))) {
            for (int i = 0; i < 100; i++) {
                publisher.publish(i);
            }
        }
        try (ChildJvm tail = start("tail", "--from", "0", "--count", "15", "--json")) {
            Map<String, Object> line = Cli.jsonLine(tail);
            while (!line.get("type").equals("loss")) {
                line = Cli.jsonLine(tail);
            }
            assertEquals(Map.of("type", "loss", "firstSequence", 0, "count", 85), line);
            assertEquals(Tickbus.DONE, tail.exitCode(), tail.errors());
            assertTrue(tail.errors().contains("lost 85 signals from sequence 0 on"), tail.errors());
        }
    }

    @Test
    void shouldMissNothingWhenItWaitedForTheBus() throws Exception {
        try (ChildJvm tail = start("tail", "later", "--count", "3", "--json")) {
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!tail.errors().contains("waiting for bus 'later'")) {
                assertTrue(System.nanoTime() < endNs, "tail does not wait");
                Thread.sleep(10);
            }
            try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(folder.resolve("buses"), "later"))) {
                for (int i = 0; i < 3; i++) {
                    publisher.publish(i);
                }
            }
            for (int expected = 0; expected < 3;) {
                Map<String, Object> line = Cli.jsonLine(tail);
                if (line.get("type").equals("signal")) {
                    assertEquals(expected++, line.get("sequence"));
                }
            }
            assertEquals(Tickbus.DONE, tail.exitCode(), tail.errors());
        }
    }

    @Test
    void shouldStopWaitingForABusAtItsTimeout() throws Exception {
        try (ChildJvm tail = start("tail", "--timeout", "0")) {
            assertEquals(Tickbus.FAILED, tail.exitCode());
            assertTrue(tail.errors().contains("bus 'default'"), tail.errors());
        }
    }

    @Test
    void shouldEndWithItsReaderWhenThereIsNothingToPrint() throws Exception {
        try (ChildJvm stat = start("stat", "--watch"); ChildJvm tail = start("tail", "nobody");
                ChildJvm clock = Cli.start(folder, "clock", "--watch")) {
            assertTrue(stat.line().startsWith("no bus"));
            while (!clock.line().startsWith("watching")) {
                Thread.onSpinWait();
            }
            stat.closeOutput();
            tail.closeOutput();
            clock.closeOutput();
            assertEquals(Tickbus.DONE, stat.exitCode(), stat.errors());
            assertEquals(Tickbus.DONE, tail.exitCode(), tail.errors());
            assertEquals(Tickbus.DONE, clock.exitCode(), clock.errors());
            assertEquals("", stat.errors() + clock.errors());
        }
    }

    @Test
    void shouldLeaveNothingWhenStoppedAtAnyPointOfStarting() throws Exception {
        for (int waitMs : new int[] {200, 500, 900, 1400}) {
            try (ChildJvm daemon = start("daemon", "--every", "1ms:1")) {
                Thread.sleep(waitMs);
                daemon.terminate();
                int exitCode = daemon.exitCode();
                // 143: SIGTERM came before the first line of this program ran.
                assertTrue(exitCode == Tickbus.DONE || exitCode == 143, exitCode + daemon.errors());
                assertFalse(daemon.errors().contains("\tat "), daemon.errors());
                boolean isReady = daemon.line() != null;
                assertTrue(isReady || !Files.exists(folder.resolve("buses")), "something is left after ms=" + waitMs);
            }
        }
    }

    @Test
    void shouldRefuseArgumentThatTheLocaleCannotEncode() throws Exception {
        try (ChildJvm publish = Cli.start(folder, Map.of("LC_ALL", "C"), "publish", "1", "--payload", "é",
                "--dir", folder.resolve("buses"))) {
            assertEquals(Tickbus.WRONG_USAGE, publish.exitCode());
            assertTrue(publish.errors().contains("LC_ALL=C.UTF-8"), publish.errors());
            assertFalse(Files.exists(folder.resolve("buses")));
        }
    }
}
