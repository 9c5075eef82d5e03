package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.layout.SignalRecordLayout;
import io.tickbus.journal.JournalFolder.Position;
import io.tickbus.journal.RecoveryRun.Clock;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.daemon.DaemonLog;
import io.tickbus.publisher.journal.Recovery;
import io.tickbus.publisher.timer.DurableTimers;
import io.tickbus.publisher.timer.TimerEngine;
import io.tickbus.publisher.timer.TimerQuotas;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryRunTest {
    private static final UUID BOOT = UUID.randomUUID();
    private static final UUID NEXT_BOOT = UUID.randomUUID();
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long OFFSET_NS = 1_700_000_000_000_000_000L;

    @TempDir
    private Path folder;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1024);
    private final DaemonLog log = DaemonLog.toStream(System.out);
    private SignalPublisher publisher;
    private Path journal;

    @BeforeEach
    void openBus() {
        journal = folder.resolve("journal");
        publisher = SignalPublisher.openWithoutThread(BusDirectory.at(folder.resolve("root"), "bus"),
                SignalsOptions.DEFAULT.withSlotCount(1024));
    }

    @AfterEach
    void closeBus() {
        publisher.close();
        log.close();
    }

    private Recovery recover(UUID bootId, long offsetNs) {
        return new RecoveryRun(new JournalFolder(journal), publisher.bus(), DurableTimers.of(engine),
                new Clock(bootId, offsetNs), log).run(null, 1_000_000_000);
    }

    private List<String> expire(long nowNs) {
        List<String> fired = new ArrayList<>();
        engine.expire(nowNs, 100, firing -> {
            fired.add(text(firing));
            return 0;
        });
        return fired;
    }

    private static String text(SignalRecord firing) {
        boolean isMaybeDuplicate = (firing.flags() & SignalRecordLayout.FLAG_MAYBE_DUPLICATE) != 0;
        assertTrue((firing.flags() & SignalRecordLayout.FLAG_RECOVERED) != 0, firing.toString());
        return firing.key() + "@" + firing.deadlineNs() + (isMaybeDuplicate ? "?" : "");
    }

    @Test
    void shouldRebaseDeadlinesByCalendarTimeAfterABoot() throws Exception {
        long oldNs = 500 * HOUR_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).owner(1000, "app").arm(1, oldNs + 2 * HOUR_NS, 0).arm(2, oldNs, 0).write();
        }
        // One hour later by the calendar, on a host that has just started.
        long nowNs = System.nanoTime();
        long newOffsetNs = OFFSET_NS + oldNs + HOUR_NS - nowNs;
        Recovery recovery = recover(NEXT_BOOT, newOffsetNs);
        assertEquals(2, recovery.timers());
        assertEquals(1, recovery.overdue());
        assertEquals(List.of(new Recovery.Owner(JournalFixture.OWNER, 1000, "app")), recovery.owners());
        assertEquals(List.of("2@" + (nowNs - HOUR_NS) + "?", "1@" + (nowNs + HOUR_NS)), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldLeaveMonotonicTimersAloneWhenOnlyTheCalendarClockWasSet() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs + HOUR_NS, 0).write();
        }
        recover(BOOT, OFFSET_NS + 24 * HOUR_NS);
        assertEquals(nowNs + HOUR_NS, engine.nextDeadlineNs());
    }

    @Test
    void shouldFlagWhatMayHaveFiredWhenSignalsAreMissing() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs - 10, 0).arm(2, nowNs - 9, 0).arm(3, nowNs + HOUR_NS, 0)
                    .signal(1, nowNs - 10).gap(3).write();
        }
        recover(BOOT, OFFSET_NS);
        assertEquals(List.of("2@" + (nowNs - 9) + "?", "3@" + (nowNs + HOUR_NS)), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldSetAsideWhatIsUnreadableAndGoOn() throws Exception {
        long nowNs = System.nanoTime();
        Position broken;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs + HOUR_NS, 0).write().arm(2, nowNs + HOUR_NS, 0).write()
                    .arm(3, nowNs + HOUR_NS, 0).write();
            broken = fixture.positions().get(1);
        }
        try (RandomAccessFile file = new RandomAccessFile(new JournalFolder(journal).file(broken).toFile(), "rw")) {
            file.seek(broken.offset() + Integer.BYTES + Block.HEADER_LENGTH + 40);
            file.write(0x77);
        }
        Recovery recovery = recover(BOOT, OFFSET_NS);
        assertEquals(2, recovery.timers());
        assertEquals(1, recovery.unreadable());
        try (Stream<Path> files = Files.list(journal)) {
            Path aside = files.filter(file -> file.getFileName().toString().startsWith("unreadable-")).findFirst()
                    .orElseThrow();
            assertTrue(Files.size(aside) > Block.HEADER_LENGTH);
        }
    }

    @Test
    void shouldReadEverythingWhenTheSnapshotIsNotWhereItShouldBe() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs + HOUR_NS, 0).write();
            Position there = fixture.positions().get(0);
            new JournalFolder(journal).snapshot(new Position(1, there.file(), there.offset() + (1 << 20)));
        }
        assertEquals(1, recover(BOOT, OFFSET_NS).timers());
    }

    @Test
    void shouldKeepTheNumberOfAnOwnerWhoseNameIsGone() throws Exception {
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, System.nanoTime() + HOUR_NS, 0).write();
        }
        assertEquals(List.of(new Recovery.Owner(JournalFixture.OWNER, 0, "")), recover(BOOT, OFFSET_NS).owners());
    }

    @Test
    void shouldFlagWhatMayHaveFiredWhenTheBusWasMadeAnewBetweenTwoRuns() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs - 10, 0).write();
        }
        try (JournalFixture fixture = new JournalFixture(journal, 2)) {
            // The second daemon was killed before its snapshot was whole, on the bus that is there now.
            fixture.history(publisher.bus().signals().header().historyId()).start(BOOT, OFFSET_NS).write();
        }
        recover(BOOT, OFFSET_NS);
        assertEquals(List.of("1@" + (nowNs - 10) + "?"), expire(nowNs + HOUR_NS));
    }
}
