// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.GapPolicy;
import io.tickbus.core.internal.file.OwnersFile;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real daemon in the test's JVM, and one connection per command. */
@Timeout(60)
final class TimerCommandsTest {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int QUOTA = 3;

    @TempDir
    private Path root;

    private BusDirectory directory;
    private TimerDaemon daemon;

    @BeforeEach
    void start() {
        directory = BusDirectory.at(root, "default");
        daemon = TimerDaemon.open(DaemonContext.of(directory)
                .signals(SignalsOptions.defaults().withSlotCount(1024))
                .settings(DaemonSettings.defaults().withQuotas(100, QUOTA)
                        .with(DaemonSetting.LOG_LEVEL, Level.OFF))).start();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void shouldArmAndListTimersWithSchedules() throws IOException {
        CliRun armed = CliRun.of("arm", "--key", 5, "--signal", 42, "--cron", "30 2 * * MON-FRI", "--zone",
                "Europe/Berlin", "--gap", "skip", "--count", 3, "--except", "2027-01-01", "--json", "--dir", root);
        assertEquals(Tickbus.DONE, armed.exitCode(), armed.err());
        assertNull(armed.json().get("periodNs"));
        CliRun other = CliRun.of("arm", "--key", 6, "--signal", 42, "--on-calendar", "Mon 10:00 UTC", "--from",
                "2199-01-01T00:00:00Z", "--dir", root);
        assertEquals(Tickbus.DONE, other.exitCode(), other.err());
        assertTrue(other.out().contains(", schedule"), other.out());
        Map<String, Object> listed = list("").get(0);
        assertEquals("30 2 * * MON-FRI; zone=Europe/Berlin; gap=skip; overlap=first; count=3; except=2027-01-01",
                listed.get("schedule"));
        assertEquals("calendar", listed.get("clock"));
        long next = CalendarSchedule.parse("30 2 * * MON-FRI", ZoneId.of("Europe/Berlin")).withGap(GapPolicy.SKIP)
                .without(LocalDate.of(2027, 1, 1).toEpochDay()).next(System.currentTimeMillis() / 1_000);
        assertEquals(TimeUnit.SECONDS.toNanos(next), listed.get("dueRealtimeNs"));
        assertTrue(done("list").contains("zone=Europe/Berlin"));
        assertTrue(done("cancel 5").contains(", schedule"));
        CliRun past = CliRun.of("arm", "--key", 7, "--signal", 42, "--cron", "@daily", "--until",
                "2020-01-01T00:00:00Z", "--dir", root);
        assertEquals(Tickbus.FAILED, past.exitCode());
        assertTrue(past.err().contains("no occurrence left"), past.err());
        for (String wrong : List.of("--cron|61 * * * *", "--cron|@daily|--in|5s", "--zone|UTC|--in|5s",
                "--cron|@daily|--count|0", "--cron|@daily|--on-calendar|daily")) {
            List<Object> line = new ArrayList<>(List.of("arm", "--key", 8, "--signal", 1, "--dir", root));
            line.addAll(List.of(wrong.split("\\|", -1)));
            assertEquals(Tickbus.WRONG_USAGE, CliRun.of(line.toArray()).exitCode(), wrong);
        }
    }

    private CliRun run(String line) {
        return CliRun.of((Object[]) (line + " --dir " + root).split(" ", -1));
    }

    private String done(String line) {
        CliRun run = run(line);
        assertEquals(Tickbus.DONE, run.exitCode(), run.err());
        assertEquals("", run.err());
        return run.out();
    }

    private void refused(String line, String reason) {
        CliRun run = run(line);
        assertEquals(Tickbus.FAILED, run.exitCode(), run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains(reason), run.err());
        assertEquals("", run.out());
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> list(String options) throws IOException {
        Map<String, Object> list = run("list --json" + options).json();
        List<Map<String, Object>> timers = (List<Map<String, Object>>) list.get("timers");
        assertEquals(list.get("count"), timers.size());
        return timers;
    }

    @Test
    void shouldFindInOneCommandWhatAnotherHasArmed() throws IOException {
        done("arm --key 7 --signal 42 --in 1h");
        done("arm --key 8 --signal 43 --every 30m --misfire fire-all --cap 5 --payload hey");
        List<Map<String, Object>> timers = list("");
        assertEquals(List.of("8", "7"), timers.stream().map(timer -> timer.get("key")).toList());
        assertEquals(List.of(43, 42), timers.stream().map(timer -> timer.get("signalId")).toList());
        assertEquals(List.of(1_800_000_000_000L, 0),
                timers.stream().map(timer -> timer.get("periodNs")).toList());
        assertTrue(done("cancel 7").startsWith("cancelled key 7 of owner "));
        refused("cancel 7", "has none of that key");
        assertEquals(1, list("").size());
    }

    @Test
    void shouldPauseAndResumeATimer() throws IOException {
        done("arm --key 7 --signal 42 --in 1h");
        assertTrue(done("pause 7").startsWith("paused key 7"));
        assertEquals(true, list("").get(0).get("paused"));
        assertNull(list("").get(0).get("dueInNs"));
        assertNull(list("").get(0).get("dueRealtimeNs"));
        assertTrue(done("list").contains("PAUSED"));
        assertTrue(((Number) list("").get(0).get("leftNs")).longValue() > TimeUnit.MINUTES.toNanos(59));
        assertTrue(done("resume 7").contains("due in "));
        assertEquals(false, list("").get(0).get("paused"));
        assertFalse(done("list").contains("PAUSED"));
        refused("pause 8", "has none of that key");
        refused("resume 8", "has none of that key");
    }

    @Test
    void shouldShowOthersTimersAndCancelThem() throws IOException {
        TimerClientOptions options =
                TimerClientOptions.defaults().withName("other").withConnectTimeoutNs(TIMEOUT_NS);
        try (TimerClient other = TimerClient.connect(directory, options)) {
            other.armAfter(5, 1, TimeUnit.HOURS.toNanos(1));
            assertEquals(1, other.list(false, TIMEOUT_NS).size());
            assertEquals(List.of(), list(""));
            assertTrue(done("list").contains("--all"));
            assertEquals(other.owner(), list(" --all").get(0).get("owner"));
            assertEquals(1, list(" --client-name other").size());
            assertTrue(done("cancel 5 --timer-owner " + other.owner()).contains("cancelled"));
            assertEquals(List.<ArmedTimer>of(), other.list(false, TIMEOUT_NS));
            refused("cancel 5 --timer-owner " + other.owner(), "has none of that key");
            refused("cancel 5 --timer-owner 60000", "there is no owner 60000");
        }
    }

    @Test
    void shouldCancelTimersThatOutliveTheirClient() throws IOException {
        done("arm --key 5 --signal 1 --in 1h");
        Object owner = list(" --all").get(0).get("owner");
        assertTrue(done("cancel 5 --timer-owner " + owner).contains("cancelled"));
        assertEquals(List.of(), list(" --all"));
    }

    @Test
    void shouldKeepEachBitOfAKeyAndNameTheClient() throws IOException {
        done("arm --key 9007199254740993 --signal 1 --in 1h --client-name prices");
        Map<String, Object> timer = list(" --client-name prices").get(0);
        assertEquals(List.of("9007199254740993", "prices"), List.of(timer.get("key"), timer.get("client")));
        assertTrue(done("cancel " + timer.get("key") + " --client-name prices").contains("cancelled"));
    }

    @Test
    void shouldSayWhenATimeIsPast() {
        CliRun run = run("arm --key 5 --signal 1 --at 2020-01-01T00:00:00Z");
        assertEquals(Tickbus.DONE, run.exitCode(), run.err());
        assertTrue(run.err().contains("ago, so the timer is due at once"), run.err());
        assertTrue(run.out().contains("due at once"), run.out());
        assertTrue(done("arm --key 5 --signal 1 --in 0").contains("due at once"));
    }

    @Test
    void shouldSayWhyATimerIsRefused() {
        refused("arm --key 1 --signal 2 --every 10ns", "at least 1 microsecond");
        refused("arm --key 1 --signal 2 --at monotonic:9000000000000000000", "100 years");
        for (int key = 0; key < QUOTA; key++) {
            done("arm --key " + key + " --signal 2 --in 1h");
        }
        refused("arm --key 99 --signal 2 --in 1h", "quota");
        done("arm --key 0 --signal 2 --in 2h");
    }

    @Test
    void shouldWaitForTheFiringAndPrintIt() {
        String out = done("arm --key 3 --signal 2 --in 20ms --wait");
        assertEquals(2, out.lines().count(), out);
        assertTrue(out.startsWith("armed key 3"), out);
        assertTrue(out.contains("fired key 3"), out);
        assertTrue(done("arm --key 3 --signal 2 --at monotonic:1 --wait --json")
                .contains("\"flags\":[\"LATE\",\"LAST\"]"));
    }

    @Test
    void shouldListAllThatTimerHas() throws IOException {
        done("arm --key 8 --signal 43 --every 30m --misfire fire-all --cap 5 --grace 7us --payload hey");
        done("arm --key 9 --signal 44 --at 2100-01-01T00:00:00Z --calendar");
        Map<String, Object> timer = list("").get(0);
        assertEquals(List.of("fire-all", 5, 7000, "0x686579", "none", "monotonic", true, 0, 0),
                Stream.of("misfire", "cap", "graceNs", "payload", "durable", "clock", "outlivesClient", "occurrence",
                        "lateCount").map(timer::get).toList());
        assertTrue(timer.get("generation") instanceof Number, timer.toString());
        assertNull(timer.get("leftNs"));
        String text = done("list");
        Stream.of("0x686579", "fire-all", "calendar", "2100-01-01T00:00:00Z", "GENERATION").forEach(word ->
                assertTrue(text.contains(word), word + " is not in " + text));
    }

    @Test
    void shouldNameOwnerThatIsNotConnected() throws IOException {
        done("arm --key 8 --signal 43 --in 1h --client-name night-shift");
        long endNs = System.nanoTime() + TIMEOUT_NS;
        while (!"night-shift".equals(list(" --all").get(0).get("client"))) {
            assertTrue(System.nanoTime() < endNs, "the name is unknown");
        }
        done("cancel 8 --client-name night-shift");
        while (!OwnersFile.read(directory, 1).isEmpty()) {
            assertTrue(System.nanoTime() < endNs, "an owner without timers has a name");
        }
    }

    @Test
    void shouldKeepTheTimerUnlessItEndsWithTheCommand() throws IOException {
        // Each comes while what the one before has left is being cleared away.
        for (int i = 0; i < 20; i++) {
            done("arm --key 1 --signal 2 --in 1h --end-with-command");
        }
        done("arm --key 2 --signal 2 --every 20ms --wait");
        awaitTimers(0);
        done("arm --key 3 --signal 2 --in 1h");
        assertEquals(List.of("3"), list("").stream().map(timer -> timer.get("key")).toList());
    }

    private void awaitTimers(int count) throws IOException {
        long endNs = System.nanoTime() + TIMEOUT_NS;
        while (list("").size() != count) {
            assertTrue(System.nanoTime() < endNs, "timers are still there");
        }
    }

    @Test
    void shouldDrawTheJitterBelowItsBound() throws IOException {
        done("arm --key 1 --signal 2 --in 1h --jitter 1h");
        Map<?, ?> timer = list("").get(0);
        long dueNs = ((Number) timer.get("dueInNs")).longValue();
        long dueRealtimeMs = ((Number) timer.get("dueRealtimeNs")).longValue() / 1_000_000;
        assertEquals(dueNs / 1e9, (dueRealtimeMs - System.currentTimeMillis()) / 1e3, 60);
        assertTrue(dueNs < TimeUnit.HOURS.toNanos(2), "due=" + dueNs);
        assertTrue(dueNs > TimeUnit.MINUTES.toNanos(59), "due=" + dueNs);
    }

    @Test
    void shouldSayThatThereIsNoDaemon() {
        for (String line : new String[] {"arm --key 1 --signal 2 --in 1s", "cancel 1", "pause 1", "list",
            "arm --key 1 --signal 2 --in 1s --wait"}) {
            refused(line + " --bus none", "'none'");
        }
    }
}
