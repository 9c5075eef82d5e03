// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.DaemonFixture;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DaemonStatTest {
    @TempDir
    private Path root;

    private CliRun stat(String... options) {
        Object[] args = new Object[options.length + 4];
        System.arraycopy(new Object[] {"stat", "one", "--dir", root}, 0, args, 0, 4);
        System.arraycopy(options, 0, args, 4, options.length);
        return CliRun.of(args);
    }

    private static Map<?, ?> map(Map<?, ?> parent, String name) {
        return (Map<?, ?>) parent.get(name);
    }

    @Test
    void shouldShowCountersLatenessAndClients() throws IOException {
        try (DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"))) {
            ClientIdentity named = daemon.connect(1, "prober", 0);
            ClientIdentity nameless = daemon.connect(3, "", 8);
            daemon.counters().set(DaemonCounter.MODE, DaemonMode.ECO.code());
            daemon.counters().set(DaemonCounter.FIRINGS, 12_345);
            daemon.counters().set(DaemonCounter.DUTY_CYCLE_MAX, 1_500);
            daemon.counters().set(DaemonCounter.SETTINGS_ERRORS, 2);
            for (int ns = 1; ns <= 1000; ns++) {
                daemon.counters().recordLateness(1, ns <= 900 ? 20 : 5_000);
            }
            daemon.counters().raise(DaemonCounter.LATENESS_MAX, 5_000);
            daemon.replies().session(1).putPendingTimers(7);
            daemon.replies().session(1).putConsumed(99);
            daemon.replies().session(3).putEvicted(ReplyReason.CORRUPT_RING);
            assertJson(map(stat("--json").json(), "daemon"), named, nameless);
            String text = stat().out();
            for (String part : List.of("mode +eco", "settings refused +2", "p50 +20 ns", "p99.9 +5.12 µs",
                    "firings +1,000", "firings +12,345", "timer thread cycle max +1.5 µs", "prober",
                    named.uuid().toString(), "its command ring")) {
                assertTrue(Pattern.compile(part).matcher(text).find(), "no '" + part + "' in " + text);
            }
            assertTrue(!text.contains("arm commands"), "a counter of 0 in " + text);
        }
    }

    private static void assertJson(Map<?, ?> daemon, ClientIdentity named, ClientIdentity nameless) {
        assertEquals("eco", daemon.get("mode"));
        assertNull(daemon.get("problem"));
        Map<?, ?> counters = map(daemon, "counters");
        assertEquals(Arrays.asList(12_345, 1_500, 0, 2, 5_000), Arrays.asList(counters.get("firings"),
                counters.get("timerThreadCycleMaxNs"), counters.get("armCommands"), counters.get("settingsRefused"),
                counters.get("latenessMaxNs")));
        assertEquals(DaemonCounter.values().length, counters.size());
        Map<?, ?> lateness = map(daemon, "lateness");
        assertEquals(List.of("firings", "p50Ns", "p90Ns", "p99Ns", "p999Ns", "p9999Ns"),
                List.copyOf(lateness.keySet()));
        assertEquals(Arrays.asList(1000, 20, 20, 5_119), Arrays.asList(lateness.get("firings"),
                lateness.get("p50Ns"), lateness.get("p90Ns"), lateness.get("p9999Ns")));
        List<?> clients = (List<?>) daemon.get("clients");
        Map<?, ?> first = (Map<?, ?>) clients.get(0);
        assertEquals(Arrays.asList(1, named.uuid().toString(), 1, "prober", 7, 99, null),
                Arrays.asList(first.get("session"), first.get("uuid"), first.get("owner"), first.get("name"),
                        first.get("pendingTimers"), first.get("commands"), first.get("evictedBecause")));
        assertEquals(ProcessHandle.current().pid(), ((Number) first.get("pid")).longValue());
        assertEquals(0, first.get("commandSlots"));
        assertEquals(3_000_000_000L, ((Number) first.get("user")).longValue());
        Map<?, ?> second = (Map<?, ?>) clients.get(1);
        assertEquals(nameless.uuid().toString(), second.get("uuid"));
        assertNull(second.get("name"));
        assertTrue(second.get("evictedBecause").toString().contains("command ring"), second.toString());
        assertEquals(2, clients.size());
    }

    @Test
    void shouldShowADaemonThatHasDoneNothingYet() throws IOException {
        try (DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"))) {
            assertEquals(0, daemon.counters().value(DaemonCounter.MODE));
            Map<?, ?> figures = map(stat("--json").json(), "daemon");
            assertNull(figures.get("mode"));
            assertNull(map(figures, "lateness").get("p50Ns"));
            String text = stat().out();
            assertTrue(Pattern.compile("p50 +-\\R").matcher(text).find(), text);
            assertTrue(Pattern.compile("clients +none").matcher(text).find(), text);
        }
    }

    @Test
    void shouldShowNoDaemonWhereThereIsNone() throws IOException {
        BusDirectory directory = BusDirectory.at(root, "one");
        try (SignalPublisher publisher = SignalPublisher.open(directory)) {
            publisher.publish(1);
            assertNull(stat("--json").json().get("daemon"));
        }
        new DaemonFixture(directory).close();
        assertNotNull(stat("--json").json().get("daemon"), "the last words of a daemon that has closed");
        SignalPublisher.open(directory).close();
        assertNull(stat("--json").json().get("daemon"), "the counters are those of a former daemon");
    }

    @Test
    void shouldSayWhyADaemonsFilesCannotBeRead() throws IOException {
        BusDirectory directory = BusDirectory.at(root, "one");
        try (DaemonFixture daemon = new DaemonFixture(directory)) {
            daemon.counters().set(DaemonCounter.FIRINGS, 3);
            Files.write(directory.replies(), new byte[100]);
            Map<?, ?> figures = map(stat("--json").json(), "daemon");
            assertTrue(figures.get("problem").toString().contains("100 bytes"), figures.toString());
            assertEquals(3, map(figures, "counters").get("firings"));
            Files.delete(directory.counters());
            Files.write(directory.counters(), new byte[8192]);
            figures = map(stat("--json").json(), "daemon");
            assertTrue(figures.get("problem").toString().contains("not a counters file"), figures.toString());
            assertTrue(stat().out().contains("not a counters file"));
        }
    }

    @Test
    void shouldShowThroughWhatEachClientSends() throws IOException {
        try (DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"))) {
            daemon.connect(0, "native", 8);
            daemon.connect(2, "foreign", 0);
            String text = stat().out();
            assertTrue(Pattern.compile("foreign +3000000000 .* socket ").matcher(text).find(), text);
            assertTrue(Pattern.compile("native .* ring ").matcher(text).find(), text);
        }
    }
}
