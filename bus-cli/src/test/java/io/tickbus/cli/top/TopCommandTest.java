// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.DaemonFixture;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.stat.BusReader;
import io.tickbus.cli.stat.BusSnapshot;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.NextTimers;
import io.tickbus.core.internal.file.OwnersFile;
import io.tickbus.core.internal.platform.HostFiles;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TopCommandTest {
    @TempDir
    private Path root;

    private final TopModel model = new TopModel();
    private final TopView view = new TopView();

    private CliRun once(String bus, String... options) {
        Object[] args = new Object[options.length + 7];
        System.arraycopy(new Object[] {"top", bus, "--dir", root, "--once", "--interval", "100ms"}, 0, args, 0, 7);
        System.arraycopy(options, 0, args, 7, options.length);
        return CliRun.of(args);
    }

    private void read(BusReader reader) {
        BusSnapshot bus = reader.read();
        model.add(bus, reader.newLateFirings(), HostLoad.read());
    }

    private String screen(int width, int height) {
        List<String> lines = view.draw(model, width, height);
        assertEquals(height, lines.size());
        lines.forEach(line -> assertTrue(line.length() <= width, "width=" + width + ": " + line));
        return String.join("\n", lines);
    }

    private static void assertFinds(String text, String... patterns) {
        for (String pattern : patterns) {
            assertTrue(Pattern.compile(pattern).matcher(text).find(), "no '" + pattern + "' in " + text);
        }
    }

    @Test
    void shouldShowRatesLatenessAndClients() {
        BusDirectory directory = BusDirectory.at(root, "one");
        BusReader reader = new BusReader(directory);
        try (DaemonFixture daemon = new DaemonFixture(directory)) {
            daemon.connect(1, "prober", 0);
            daemon.connect(2, "", 8);
            daemon.counters().set(DaemonCounter.MODE, DaemonMode.ECO.code());
            daemon.counters().set(DaemonCounter.FIRINGS, 1_000);
            daemon.counters().recordLateness(1, 20);
            read(reader);
            assertTrue(!screen(80, 24).contains("latest"), "a rate takes two readings");
            daemon.counters().set(DaemonCounter.FIRINGS, 999_000_000);
            daemon.counters().set(DaemonCounter.REPLIES_FULL, 5);
            daemon.counters().recordLateness(1, 5_000);
            daemon.replies().session(1).putUnanswered(77);
            daemon.replies().session(2).putEvicted(ReplyReason.CORRUPT_RING);
            read(reader);
            read(reader);
            String text = screen(80, 24);
            assertFinds(text, "ALIVE", "eco", "firings +0 +[0-9,]+ +999,000,000 +█▁", "refused +0 +5",
                    "latest +- +-", "since the start +20 ns +5.12 µs", "prober +\\d+ +socket +0 +0 +0 +77",
                    "\\[CLIENTS\\] +NEXT DEADLINES +LATE FIRINGS +COUNTERS", "evicted: ", "q quit");
            assertEquals(2, model.daemon().clients().size());
            view.pane = Pane.COUNTERS;
            assertFinds(screen(80, 24), "refused: no room +5");
            assertFinds(screen(200, 50), "epoch 1.* NEXT DEADLINES", "LATE FIRINGS", "\\[COUNTERS\\]", "\n CLIENTS",
                    "refused: no room +5", "prober");
        }
    }

    @Test
    void shouldShowHowSoonTimersAreDueAndWhichAreNext() throws IOException {
        BusDirectory directory = BusDirectory.at(root, "one");
        BusReader reader = new BusReader(directory);
        try (DaemonFixture daemon = new DaemonFixture(directory)) {
            daemon.connect(1, "prober", 0);
            daemon.counters().set(DaemonCounter.TIMERS_PENDING, 5);
            for (int i = 0; i < DaemonCounter.DUE.size(); i++) {
                daemon.counters().set(DaemonCounter.DUE.get(i), i == 8 ? 12_345_678 : i);
            }
            OwnersFile.write(directory, 1, null, Map.of(9, "night-shift"));
            NextTimers next = daemon.counters().file().nextTimers();
            next.add(0, 2, System.nanoTime() - 1, -7, 0, 42, 0);
            next.add(1, 2, System.nanoTime() + 5_000_000_000_000L, 8, 3_000_000, 43, 9);
            read(reader);
            view.pane = Pane.NEXT_DEADLINES;
            assertFinds(screen(80, 24), "within +1 ms +10 ms .* later +paused", "\n +0 +1 +2 +3 +4 +5 +6 +7 +12.3M",
                    "due +42 +-7 +one-shot +\\(daemon\\)", "1 h 23 m +43 +8 +3 ms +night-shift");
            Report report = model.report();
            assertTrue(report.line().contains("\"due later\":7,\"timers paused\":12345678"), report.line());
            assertTrue(report.line().contains("\"client\":\"night-shift\""), report.line());
        }
    }

    @Test
    void shouldFitEverySizeAndScroll() {
        BusDirectory directory = BusDirectory.at(root, "one");
        BusReader reader = new BusReader(directory);
        try (DaemonFixture daemon = new DaemonFixture(directory)) {
            for (DaemonCounter counter : DaemonCounter.values()) {
                daemon.counters().set(counter, Long.MAX_VALUE);
            }
            read(reader);
            read(reader);
            view.pane = Pane.COUNTERS;
            for (int width = 1; width < 240; width += 7) {
                for (int height = 1; height < 60; height += 3) {
                    view.scroll += 2;
                    screen(width, height);
                }
            }
            view.scroll = Integer.MAX_VALUE;
            assertFinds(screen(80, 24), "client thread errors");
            view.scroll = -1;
            assertFinds(screen(80, 24), "firings late");
            view.isHelp = true;
            assertFinds(screen(80, 24), "half as often");
        }
    }

    @Test
    void shouldFollowABusWhateverBecomesOfIt() throws IOException {
        BusDirectory directory = BusDirectory.at(root, "one");
        BusReader reader = new BusReader(directory);
        read(reader);
        assertFinds(screen(80, 24), "UNREADABLE", "! bus 'one': there is no");
        new DaemonFixture(directory).close();
        read(reader);
        assertFinds(screen(80, 24), "CLOSED");
        try (DaemonFixture daemon = new DaemonFixture(directory)) {
            daemon.counters().set(DaemonCounter.FIRINGS, 7);
            read(reader);
            assertFinds(screen(80, 24), "ALIVE", "epoch 2", "firings +- ");
            try (FileChannel counters = FileChannel.open(directory.counters(), StandardOpenOption.WRITE)) {
                counters.truncate(0);
            }
            read(reader);
            assertFinds(screen(80, 24), "ALIVE", "! .*counters");
        }
        try (SignalPublisher publisher = SignalPublisher.open(directory)) {
            publisher.publish(1);
            read(reader);
            assertFinds(screen(80, 24), "no daemon", "signals +-");
            Files.write(directory.signals(), new byte[100]);
            read(reader);
            assertFinds(screen(80, 24), "UNREADABLE", "! ");
        }
    }

    @Test
    void shouldPrintOnceWhereThereIsNoTerminal() throws IOException {
        try (DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"))) {
            daemon.connect(1, "prober", 0);
            daemon.counters().set(DaemonCounter.FIRINGS, 7);
            assertFinds(once("one").out(), "^tickbus top  one  ALIVE", "firings +0 ", "\nCLIENTS\n", "\nCOUNTERS\n");
            Map<String, Object> report = once("one", "--json").json();
            assertEquals("alive", report.get("condition"));
            assertTrue(((Number) report.get("intervalNs")).longValue() > 0);
            Map<?, ?> figures = (Map<?, ?>) report.get("daemon");
            assertEquals(0.0, figures.get("firingsPerSecond"));
            assertNull(((Map<?, ?>) figures.get("latestLateness")).get("p99Ns"));
            assertEquals("prober", ((Map<?, ?>) ((List<?>) figures.get("clients")).get(0)).get("name"));
        }
        CliRun missing = once("none");
        assertEquals(Tickbus.FAILED, missing.exitCode());
        assertFinds(missing.err(), "bus 'none'");
        CliRun screen = CliRun.of("top", "--dir", root);
        assertEquals(Tickbus.WRONG_USAGE, screen.exitCode());
        assertFinds(screen.err(), "use --once");
        assertEquals(Tickbus.WRONG_USAGE, CliRun.of("top", "--once", "--interval", "1ms").exitCode());
    }

    @Test
    void shouldReadTheHostsLoad() throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(root.resolve("proc/stat"), "cpu  100 0 100 700 100 0 0 0 0 0\n");
        HostLoad before = HostLoad.read(new HostFiles(root));
        Files.writeString(root.resolve("proc/stat"), "cpu  140 0 110 740 100 0 0 10 5 0\n");
        HostLoad after = HostLoad.read(new HostFiles(root));
        assertEquals(10.0, after.stolenPercent(before));
        assertEquals(60.0, after.busyPercent(before));
        assertNull(after.busyPercent(after));
        assertNull(HostLoad.read(new HostFiles(root.resolve("none"))).busyPercent(after));
    }
}
