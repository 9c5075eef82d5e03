// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.late;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.cli.CliRun;
import io.tickbus.cli.DaemonFixture;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.LateCause;
import io.tickbus.core.SignalRecord;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class LateCommandTest {
    @TempDir
    private Path root;

    private CliRun late(String... options) {
        Object[] args = new Object[options.length + 4];
        System.arraycopy(new Object[] {"late", "one", "--dir", root}, 0, args, 0, 4);
        System.arraycopy(options, 0, args, 4, options.length);
        return CliRun.of(args);
    }

    private static void record(DaemonFixture daemon, int owner, LateCause cause, long latenessNs, long causeNs,
            long detail) {
        long nowNs = System.nanoTime();
        SignalRecord signal = new SignalRecord().signalId(42).key(7).deadlineNs(nowNs - latenessNs)
                .publishedNs(nowNs).owner(owner);
        daemon.counters().file().lateFirings().record(signal, cause, DaemonMode.PARK.code(), causeNs, detail);
        daemon.counters().add(DaemonCounter.LATE_FIRINGS, 1);
        daemon.counters().add(DaemonCounter.of(cause), 1);
    }

    private static void assertFinds(String text, String... patterns) {
        for (String pattern : patterns) {
            assertTrue(Pattern.compile(pattern).matcher(text).find(), "no '" + pattern + "' in " + text);
        }
    }

    @Test
    void shouldListLateFiringsWithTheirCauses() throws IOException {
        try (DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"))) {
            daemon.connect(1, "prober", 8);
            daemon.counters().set(DaemonCounter.LATE_THRESHOLD, 100_000);
            daemon.counters().set(DaemonCounter.FIRINGS, 10_000);
            record(daemon, 1, LateCause.HERD, 2_000_000, 1_500_000, 312);
            record(daemon, 0, LateCause.GC, 5_000_000, 5_000_000, 1);
            record(daemon, 9, LateCause.GC, 7_000_000, 6_300_000, 2);
            String text = late().out();
            assertFinds(text, "2 ms +herd before it +75.0 % +312 firings before it +42 +prober +park",
                    "5 ms +garbage collection +100.0 % +1 collection, 5 ms +42 +\\(daemon\\)", "7 ms.* owner 9 ",
                    "3 of 10,000 firings since the daemon started were late; the threshold is 100 µs",
                    "garbage collection +2 +7 ms +the garbage collector", "herd before it +1 +2 ms ");
            Map<String, Object> json = late("--json", "--count", "2").json();
            assertEquals(3, json.get("lateFirings"));
            List<?> firings = (List<?>) json.get("firings");
            assertEquals(2, firings.size());
            Map<?, ?> last = (Map<?, ?>) firings.get(1);
            assertEquals(List.of(7_000_000, "garbage collection", 90.0, 42, 9, 6_300_000, 2),
                    List.of(last.get("latenessNs"), last.get("cause"), last.get("explainedPercent"),
                            last.get("signalId"), last.get("owner"), last.get("causeNs"), last.get("detail")));
            assertEquals("garbage collection", ((Map<?, ?>) ((List<?>) json.get("causes")).get(0)).get("cause"));
        }
    }

    @Test
    @Timeout(60)
    void shouldFollowThoseThatCome() throws Exception {
        try (DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"))) {
            record(daemon, 0, LateCause.HERD, 1_000_000, 1, 1);
            CompletableFuture<CliRun> followed = CompletableFuture.supplyAsync(
                    () -> late("--follow", "--count", "3", "--json"));
            while (!followed.isDone()) {
                record(daemon, 0, LateCause.GC, 1_000_000, 1, 1);
                TimeUnit.MILLISECONDS.sleep(5);
            }
            List<String> lines = followed.get().out().lines().toList();
            assertEquals(3, lines.size());
            for (String line : lines) {
                assertEquals("garbage collection", JSON.std.mapFrom(line).get("cause"));
            }
        }
    }

    @Test
    void shouldTellDetailsOfEachCause() {
        try (DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"))) {
            for (LateCause cause : LateCause.values()) {
                record(daemon, 0, cause, 3_000, 1_000, 1_000);
            }
            String text = late().out();
            for (LateCause cause : LateCause.values()) {
                assertFinds(text, Pattern.quote(cause.label()), Pattern.quote(cause.explanation()));
            }
            assertFinds(text, "armed 1 µs after its deadline", "1,000 commands before it", "preempted 1,000 times");
        }
    }

    @Test
    void shouldSayWhereThereIsNothingToList() throws IOException {
        BusDirectory directory = BusDirectory.at(root, "one");
        assertEquals(Tickbus.FAILED, late().exitCode());
        try (DaemonFixture daemon = new DaemonFixture(directory)) {
            daemon.counters().set(DaemonCounter.FIRINGS, 5);
            assertFinds(late().out(), "^0 of 5 firings since the daemon started were late");
            try (FileChannel counters = FileChannel.open(directory.counters(), StandardOpenOption.WRITE)) {
                counters.truncate(4096);
            }
            CliRun truncated = late();
            assertEquals(Tickbus.FAILED, truncated.exitCode());
            assertFinds(truncated.err(), "^tickbus: bus 'one': .*counters");
        }
        Files.delete(directory.counters());
        SignalPublisher.open(directory).close();
        assertFinds(late().err(), "its publisher is no daemon");
        assertEquals(Tickbus.WRONG_USAGE, late("--count", "0").exitCode());
    }
}
