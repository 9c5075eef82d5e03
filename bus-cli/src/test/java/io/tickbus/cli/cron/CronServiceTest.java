// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.cron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.run.OverlappingRun;
import io.tickbus.cli.run.ProgramRun;
import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.journal.JournalOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A crontab served by a real daemon; lines are due in years, and become due now by a client that arms them so. */
@Timeout(120)
class CronServiceTest {
    private static final int SIGNAL = 60;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final BlockingQueue<ProgramRun> ended = new LinkedBlockingQueue<>();

    @TempDir
    private Path root;
    private Path file;
    private BusDirectory bus;
    private Durability durability = Durability.NONE;
    private HostZone zone = HostZone.ofThisHost();
    private TimerDaemon daemon;
    private TimerClient client;
    private CronService service;
    private Thread thread;

    @BeforeEach
    void startDaemon() {
        file = root.resolve("crontab");
        bus = BusDirectory.at(root, "one");
        openDaemon();
        client = TimerClient.connect(bus, TimerClientOptions.defaults().withName("cron"));
    }

    private void openDaemon() {
        daemon = TimerDaemon.open(context()).start();
    }

    private DaemonContext context() {
        return DaemonContext.of(bus).signals(SignalsOptions.defaults().withSlotCount(64))
                .settings(DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, Level.OFF));
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        stopService();
        client.close();
        daemon.close();
    }

    private void stopService() throws InterruptedException {
        if (service != null) {
            service.stop();
            thread.join();
        }
    }

    private CronFile write(String... lines) throws IOException {
        Files.writeString(file, String.join("\n", lines) + "\n");
        return CronFile.read(file, ZoneId.systemDefault());
    }

    private CronFile serve(String... lines) throws IOException, InterruptedException {
        CronFile read = write(lines);
        service = new CronService(file, bus, new CronService.Options(SIGNAL, "cron", durability,
                OverlappingRun.SKIP, Long.MAX_VALUE, List.of(), zone), new CronService.Listener() {
                    @Override
                    public void say(String sentence) {
                        said.add(sentence);
                    }

                    @Override
                    public void skipped(CronLine line) {
                        // Its command still runs.
                    }

                    @Override
                    public void ended(CronLine line, ProgramRun run) {
                        ended.add(run);
                    }
                });
        thread = new Thread(() -> {
            try {
                service.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.start();
        await("serving");
        return read;
    }

    private void await(String sentence) throws InterruptedException {
        String next = said.poll(TIMEOUT_NS, TimeUnit.NANOSECONDS);
        assertTrue(next != null && next.contains(sentence), () -> "said '" + next + "' instead of '" + sentence + "'");
    }

    private Set<Long> armedKeys() {
        return client.list(false, TIMEOUT_NS).stream().map(ArmedTimer::key).collect(Collectors.toSet());
    }

    private void fireNow(CronLine line) {
        assertEquals(ReplyCode.ARMED,
                client.call(new TimerCommand().arm(line.key(), SIGNAL, System.nanoTime()), TIMEOUT_NS).code());
    }

    @Test
    void shouldRunCommandWhenLineIsDueAndArmItAgain() throws Exception {
        CronFile read = serve("WHAT=tea", "0 0 1 1 * echo $WHAT $TICKBUS_SIGNAL_ID > " + root + "/out");
        assertEquals(Set.of(read.lines().get(0).key()), armedKeys());
        fireNow(read.lines().get(0));
        ProgramRun run = ended.poll(TIMEOUT_NS, TimeUnit.NANOSECONDS);
        assertEquals(0, run.exitCode);
        assertEquals("tea 60\n", Files.readString(root.resolve("out")));
        while (!armedKeys().equals(Set.of(read.lines().get(0).key()))) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldFollowFileAndKeepWhatItCannotRead() throws Exception {
        CronFile first = serve("0 0 1 1 * ./a", "0 0 1 2 * ./b");
        assertEquals(2, armedKeys().size());
        CronFile second = write("0 0 1 2 * ./b", "# and another", "0 0 1 3 * ./c");
        await("read " + file + " again: 2 lines");
        Set<Long> expected = second.lines().stream().map(CronLine::key).collect(Collectors.toSet());
        while (!armedKeys().equals(expected)) {
            Thread.onSpinWait();
        }
        assertTrue(expected.contains(first.lines().get(1).key()));
        write("0 0 1 2 * ./b", "61 * * * * ./c");
        await("line 2: a minute is a number from 0 to 59");
        assertEquals(expected, armedKeys());
    }

    @Test
    void shouldFindTimersOfAnEarlierService() throws Exception {
        client.call(new TimerCommand().arm(1, 7, System.nanoTime() + TimeUnit.HOURS.toNanos(1)), TIMEOUT_NS);
        client.call(new TimerCommand().arm(2, SIGNAL, System.nanoTime() + TimeUnit.HOURS.toNanos(1)), TIMEOUT_NS);
        CronFile read = serve("0 0 1 1 * ./a");
        assertEquals(Set.of(1L, read.lines().get(0).key()), armedKeys(), "only timers of its own signal are its own");
    }

    @Test
    void shouldArmAgainWhenDaemonIsRestarted() throws Exception {
        CronFile read = serve("0 0 1 1 * ./a");
        client.close();
        daemon.close();
        openDaemon();
        client = TimerClient.connect(bus, TimerClientOptions.defaults().withName("cron"));
        while (!armedKeys().equals(Set.of(read.lines().get(0).key()))) {
            Thread.onSpinWait();
        }
    }

    /** As after the clock was set back, or when another program has armed it. */
    @Test
    void shouldMoveTimerThatIsArmedForAnotherInstant() throws Exception {
        CronFile read = serve("0 0 1 1 * ./a");
        CronLine line = read.lines().get(0);
        long next = TimeUnit.SECONDS.toNanos(line.schedule().next(System.currentTimeMillis() / 1000));
        client.call(new TimerCommand().armAt(line.key(), SIGNAL, next + TimeUnit.DAYS.toNanos(1)), TIMEOUT_NS);
        while (client.list(false, TIMEOUT_NS).get(0).arming().deadlineNs() != next) {
            Thread.onSpinWait();
        }
    }

    /** A timer of an earlier service fires, once. */
    @Test
    void shouldRunOnceForTimerOfAnEarlierService() throws Exception {
        CronLine line = write("0 0 1 1 * ./a", "0 0 1 2 * true").lines().get(1);
        client.call(new TimerCommand().armAt(line.key(), SIGNAL, System.currentTimeMillis() * 1_000_000
                + TimeUnit.SECONDS.toNanos(1)).flags(CommandLayout.FLAG_CALENDAR | CommandLayout.FLAG_KEEP_ON_DEATH),
                TIMEOUT_NS);
        serve("0 0 1 1 * ./a", "0 0 1 2 * true");
        fireNow(line);
        assertEquals(0, ended.poll(TIMEOUT_NS, TimeUnit.NANOSECONDS).exitCode);
        long next = TimeUnit.SECONDS.toNanos(line.schedule().next(System.currentTimeMillis() / 1000));
        while (client.list(false, TIMEOUT_NS).stream().noneMatch(timer -> timer.key() == line.key()
                && timer.arming().deadlineNs() == next)) {
            Thread.onSpinWait();
        }
        assertTrue(ended.isEmpty(), "it has run twice");
    }

    @Test
    void shouldArmAgainWhenTheDurabilityIsAnother() throws Exception {
        client.close();
        daemon.close();
        daemon = TimerDaemon.open(context().journal(JournalOptions.defaults(root.resolve("journal")))).start();
        client = TimerClient.connect(bus, TimerClientOptions.defaults().withName("cron"));
        for (Durability each : List.of(Durability.NONE, Durability.PROCESS, Durability.NONE)) {
            durability = each;
            serve("0 0 1 1 * ./a");
            assertEquals(each, client.list(false, TIMEOUT_NS).get(0).arming().durability());
            stopService();
        }
    }

    @Test
    void shouldFollowTheTimeZoneOfTheHost() throws Exception {
        Path link = root.resolve("localtime");
        Files.createSymbolicLink(link, Path.of("../usr/share/zoneinfo/Europe/Berlin"));
        assertEquals(ZoneId.of("UTC"), HostZone.of(link, ZoneId.of("UTC")).current(), "the JVM's is from elsewhere");
        zone = HostZone.of(link, ZoneId.of("Europe/Berlin"));
        serve("0 0 1 1 * ./a", "CRON_TZ=America/Lima", "0 0 1 1 * ./b");
        Path next = Files.createSymbolicLink(root.resolve("next"), Path.of("/usr/share/zoneinfo/Asia/Tokyo"));
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
        await("read " + file + " again: 2 lines");
        Set<ZoneId> expected = Set.of(ZoneId.of("Asia/Tokyo"), ZoneId.of("America/Lima"));
        while (!armedZones().equals(expected)) {
            Thread.onSpinWait();
        }
        Files.delete(link);
        assertEquals(ZoneId.of("Asia/Tokyo"), zone.current(), "while there is no link");
    }

    private Set<ZoneId> armedZones() {
        return client.list(false, TIMEOUT_NS).stream().map(timer -> ScheduleDefinition.parse(timer.schedule()).zone())
                .collect(Collectors.toSet());
    }

    @Test
    void shouldNotTakeFileThatIsBeingWrittenForEmpty() throws Exception {
        CronFile read = serve("0 0 1 1 * ./a");
        write("");
        write("0 0 1 1 * ./a", "0 0 1 2 * ./b");
        await("read " + file + " again: 2 lines");
        assertTrue(armedKeys().contains(read.lines().get(0).key()));
        write("# nothing");
        await("read " + file + " again: 0 lines");
    }

    @Test
    void shouldCheckFile() throws Exception {
        write("0 0 1 1 * ./a", "0 0 31 2 * ./b");
        CliRun run = CliRun.of("cron", file, "--check");
        assertEquals(Tickbus.FAILED, run.exitCode());
        assertTrue(run.out().contains("0 0 1 1 *"), run.out());
        assertTrue(run.err().contains("line 2: there is no such day before the year 2200"), run.err());
        assertEquals(Tickbus.WRONG_USAGE, CliRun.of("cron", file, "--dir", root, "--bus", "one").exitCode());
        write("0 0 1 1 * ./a");
        assertEquals(true, CliRun.of("cron", file, "--check", "--json").json().get("valid"));
        CliRun durable = CliRun.of("cron", file, "--dir", root, "--bus", "one", "--durable", "process");
        assertEquals(Tickbus.WRONG_USAGE, durable.exitCode());
        assertTrue(durable.err().contains("--durable none"), durable.err());
    }
}
