// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.RecoveryResult;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalRecoveryTest {
    private static final UUID BOOT = UUID.randomUUID();
    private static final UUID NEXT_BOOT = UUID.randomUUID();
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long OFFSET_NS = 1_700_000_000_000_000_000L;

    @TempDir
    private Path folder;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1024);
    private DaemonLog log = DaemonLog.toStream(System.out);
    private SignalPublisher publisher;
    private Path journal;
    private JournalRecovery run;

    @BeforeEach
    void openBus() {
        journal = folder.resolve("journal");
        publisher = SignalPublisher.openWithoutThread(BusDirectory.at(folder.resolve("root"), "bus"),
                SignalsOptions.defaults().withSlotCount(1024));
    }

    @AfterEach
    void closeBus() {
        publisher.close();
        log.close();
    }

    private RecoveryResult recover(UUID bootId, long offsetNs) {
        return recover(JournalClock.of(bootId, 0, offsetNs));
    }

    private RecoveryResult recover(JournalClock clock) {
        run = new JournalRecovery(new JournalFolder(journal), BusSignals.of(publisher), DurableTimers.of(engine),
                new FixedClocks(clock), log);
        return run.run(unusedRing(),
                JournalOptions.defaults(journal).withRecoveryRate(1_000_000_000).withClockWaitNs(1));
    }

    private static WriteAheadRing unusedRing() {
        return WriteAheadRing.over(SharedRegion.allocate((int) IntentsLayout.fileLength(4)), 4);
    }

    /** A running clock with a fixed offset. */
    private record FixedClocks(JournalClock current) implements Clocks {
        @Override
        public long calendarNs() {
            return current.calendarNs();
        }

        @Override
        public long nowNs() {
            return System.nanoTime();
        }
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
        boolean maybeDuplicate = (firing.flags() & SignalRecordLayout.FLAG_MAYBE_DUPLICATE) != 0;
        assertTrue((firing.flags() & SignalRecordLayout.FLAG_RECOVERED) != 0, firing.toString());
        return firing.key() + "@" + firing.deadlineNs() + (maybeDuplicate ? "?" : "");
    }

    @Test
    void shouldRebaseDeadlinesByCalendarTimeAfterABoot() throws Exception {
        long oldNs = 500 * HOUR_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).owner(1000, "app").arm(1, oldNs + 2 * HOUR_NS, 0).arm(2, oldNs, 0).write();
        }
        // One hour later by the calendar, on a host that has just booted.
        long nowNs = System.nanoTime();
        long newOffsetNs = OFFSET_NS + oldNs + HOUR_NS - nowNs;
        RecoveryResult recovery = recover(NEXT_BOOT, newOffsetNs);
        assertEquals(2, recovery.timers());
        assertEquals(1, recovery.overdue());
        assertEquals(List.of(new RecoveryResult.Owner(JournalFixture.OWNER, 1000, "app")), recovery.owners());
        assertEquals(List.of("2@" + (nowNs - HOUR_NS) + "?", "1@" + (nowNs + HOUR_NS)), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldRestoreSchedulesByTheirTextAndContinueByNumber() throws Exception {
        CalendarSchedule daily = CalendarSchedule.parse("30 2 * * *", ZoneId.of("Europe/Berlin"));
        CalendarSchedule twice = CalendarSchedule.parse("0 0 * * *", ZoneId.of("UTC")).limit(2);
        long firstNs = daily.next(OFFSET_NS / SECOND_NS) * SECOND_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).schedule(daily).schedule(twice).calendar(1, daily, firstNs)
                    .calendar(2, twice, firstNs).calendar(3, twice.limit(3), firstNs).signal(1, 5).signal(2, 5)
                    .signal(2, 5).write();
        }
        long nowNs = System.nanoTime();
        TimerEngine calendarEngine = recoverByCalendar(firstNs + HOUR_NS - nowNs);
        assertEquals(2, calendarEngine.pending(), "the timer of a schedule that is not there is lost");
        long nextNs = daily.next(firstNs / SECOND_NS) * SECOND_NS;
        long midnightNs = twice.next(twice.next(firstNs / SECOND_NS - 1)) * SECOND_NS;
        assertEquals(List.of(1L, nextNs, 1L, midnightNs), due(calendarEngine));
    }

    /** Number and deadline of the next occurrence of each timer, by deadline. */
    private static List<Long> due(TimerEngine of) {
        List<Long> found = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        of.list(TimerEngine.ALL_OWNERS, 0, 100, entry -> {
            if (entry.code() == ReplyCode.LISTED) {
                numbers.add(entry.detail());
            } else if (entry.code() == ReplyCode.LISTED_REST) {
                found.add(entry.deadlineNs());
            }
        }, new TimerReply());
        return IntStream.range(0, found.size()).boxed().sorted(Comparator.comparing(found::get))
                .flatMap(i -> Stream.of(numbers.get(i), found.get(i))).toList();
    }

    private TimerEngine recoverByCalendar(long offsetNs) {
        TimerEngine calendarEngine = TimerEngine.create(TimerQuotas.DEFAULT, 1024, () -> offsetNs);
        new JournalRecovery(new JournalFolder(journal), BusSignals.of(publisher), DurableTimers.of(calendarEngine),
                new FixedClocks(JournalClock.of(BOOT, 0, offsetNs)), log).run(unusedRing(),
                JournalOptions.defaults(journal).withRecoveryRate(1_000_000_000).withClockWaitNs(1));
        return calendarEngine;
    }

    @Test
    void shouldDeriveDeadlinesAgainWhenRulesOfZonesHaveChanged() throws Exception {
        CalendarSchedule daily = CalendarSchedule.parse("30 2 * * *", ZoneId.of("Europe/Berlin"));
        long dueNs = daily.next(OFFSET_NS / SECOND_NS) * SECOND_NS;
        long formerNs = OFFSET_NS - System.nanoTime();
        TimerEngine former = TimerEngine.create(TimerQuotas.DEFAULT, 1024, () -> formerNs);
        assertEquals(ReplyCode.ARMED, former.execute(new TimerCommand().calendar(1, 1, daily)
                .durability(Durability.DISK)));
        long[] image = new long[DurableTimers.IMAGE_WORDS];
        DurableTimers.of(former).image(0, 1, (owner, words) -> System.arraycopy(words, 0, image, 0, image.length));
        assertEquals(dueNs, image[2]);
        for (String rules : List.of("1999a", ScheduleDefinition.zoneRulesVersion())) {
            // As if clocks were still an hour behind by earlier rules.
            image[2] = dueNs + HOUR_NS;
            journal = folder.resolve("journal-" + rules);
            try (JournalFixture fixture = new JournalFixture(journal, 1)) {
                fixture.zoneRules(rules).start(BOOT, OFFSET_NS).schedule(daily).image(image)
                        .writtenAt(dueNs - OFFSET_NS - 5 * HOUR_NS).write();
            }
            TimerEngine calendarEngine = recoverByCalendar(dueNs - HOUR_NS - System.nanoTime());
            assertEquals(List.of(0L, "1999a".equals(rules) ? dueNs : dueNs + HOUR_NS), due(calendarEngine), rules);
        }
    }

    /** One that began at once has been armed for what comes first; another only for what comes from a time on. */
    @Test
    void shouldNotFireBeforeTheTimeThatWasAskedForWhenRulesOfZonesHaveChanged() throws Exception {
        CalendarSchedule hourly = CalendarSchedule.parse("0 * * * *", ZoneId.of("Europe/Berlin"));
        long startNs = hourly.next(OFFSET_NS / SECOND_NS) * SECOND_NS + 50 * HOUR_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.zoneRules("1999a").start(BOOT, OFFSET_NS).schedule(hourly).calendar(1, hourly, startNs)
                    .writtenAt(0).write();
        }
        assertEquals(List.of(0L, startNs), due(recoverByCalendar(OFFSET_NS - System.nanoTime())));
    }

    @Test
    void shouldRefuseToStartWhenTheScheduleOfADurableTimerIsNotUnderstood() throws Exception {
        CalendarSchedule daily = CalendarSchedule.parse("30 2 * * *", ZoneId.of("Europe/Berlin"));
        long[] image = JournalFixture.image(2, daily, OFFSET_NS);
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            image[1] = -fixture.start(BOOT, OFFSET_NS).owner(1000, "app").schedule("30 2 * * *; zone=Mars/Phobos");
            fixture.image(image).write();
        }
        BusException refusal = assertThrows(BusException.class, () -> recover(BOOT, OFFSET_NS));
        assertEquals(BusException.Reason.WRONG_VERSION, refusal.reason());
        try (JournalFixture fixture = new JournalFixture(journal, 2)) {
            fixture.tickets(4).start(BOOT, OFFSET_NS).command(CommandLayout.TYPE_CANCEL, 2, 1).write();
        }
        assertEquals(0, recover(BOOT, OFFSET_NS).timers(), "no timer has it any more");
    }

    @Test
    void shouldSayWhatItCannotCarryOutAgain() throws Exception {
        CalendarSchedule daily = CalendarSchedule.parse("30 2 * * *", ZoneId.of("Europe/Berlin"));
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).calendar(1, daily, OFFSET_NS).arm(2, -1, 0).write();
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (DaemonLog captured = DaemonLog.toStream(new PrintStream(said, true, UTF_8))) {
            log = captured;
            assertEquals(0, recover(BOOT, OFFSET_NS).timers());
        }
        assertEquals(2, said.toString(UTF_8).lines().filter(line -> line.contains("journal-not-applied")).count());
    }

    @Test
    void shouldKeepCalendarTimersAndRemainingTimeOfPausedOnesAcrossABoot() throws Exception {
        long oldNs = 500 * HOUR_NS;
        long noonNs = OFFSET_NS + oldNs + 5 * HOUR_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).armAt(1, noonNs).armAt(2, noonNs).pause(2, oldNs + 2 * HOUR_NS).write();
        }
        long nowNs = System.nanoTime();
        long newOffsetNs = noonNs - 4 * HOUR_NS - nowNs;
        TimerEngine calendarEngine = TimerEngine.create(TimerQuotas.DEFAULT, 1024, () -> newOffsetNs);
        DurableTimers timers = DurableTimers.of(calendarEngine);
        new JournalRecovery(new JournalFolder(journal), BusSignals.of(publisher), timers,
                new FixedClocks(JournalClock.of(NEXT_BOOT, 0, newOffsetNs)), log)
                .run(unusedRing(), JournalOptions.defaults(journal).withRecoveryRate(1).withClockWaitNs(1));
        assertEquals(nowNs + 4 * HOUR_NS, calendarEngine.nextDeadlineNs());
        calendarEngine.openOwner(JournalFixture.OWNER);
        TimerReply reply = new TimerReply();
        calendarEngine.execute(JournalFixture.OWNER, new TimerCommand().reset(CommandLayout.TYPE_RESUME, 2), nowNs, 0,
                reply);
        assertEquals(ReplyCode.RESUMED, reply.code());
        assertEquals(nowNs + 3 * HOUR_NS, reply.deadlineNs());
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
    void shouldFlagTimersThatMayHaveFiredWhenSignalsAreMissing() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs - 10, 0).arm(2, nowNs - 9, 0).arm(3, nowNs + HOUR_NS, 0)
                    .signal(1, nowNs - 10).gap(3).write();
        }
        recover(BOOT, OFFSET_NS);
        assertEquals(List.of("2@" + (nowNs - 9) + "?", "3@" + (nowNs + HOUR_NS)), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldSaveUnreadablePieceAndContinue() throws Exception {
        long nowNs = System.nanoTime();
        Position broken;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs + HOUR_NS, 0).write().arm(2, nowNs + HOUR_NS, 0).write()
                    .arm(3, nowNs + HOUR_NS, 0).write();
            broken = fixture.positions().get(1);
        }
        try (RandomAccessFile file = new RandomAccessFile(new JournalFolder(journal).file(broken).toFile(), "rw")) {
            long at = broken.offset() + Integer.BYTES + Block.HEADER_LENGTH + 40;
            file.seek(at);
            int was = file.read();
            file.seek(at);
            file.write(~was);
        }
        RecoveryResult recovery = recover(BOOT, OFFSET_NS);
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
        assertEquals(List.of(new RecoveryResult.Owner(JournalFixture.OWNER, 0, "")), recover(BOOT, OFFSET_NS).owners());
    }

    @Test
    void shouldFlagTimersThatMayHaveFiredWhenTheBusWasCreatedAgainBetweenTwoRuns() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs - 10, 0).write();
        }
        try (JournalFixture fixture = new JournalFixture(journal, 2)) {
            // The second daemon was killed before its snapshot was complete, on the current bus.
            fixture.history(publisher.bus().signals().header().historyId()).start(BOOT, OFFSET_NS).write();
        }
        recover(BOOT, OFFSET_NS);
        assertEquals(List.of("1@" + (nowNs - 10) + "?"), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldRebaseFromASnapshotThatBeginsAfterTheStart() throws Exception {
        long oldNs = 500 * HOUR_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).write().arm(1, oldNs + 2 * HOUR_NS, 0).writtenAt(oldNs).write();
            new JournalFolder(journal).snapshot(fixture.positions().get(1));
        }
        long nowNs = System.nanoTime();
        recover(NEXT_BOOT, OFFSET_NS + oldNs + HOUR_NS - nowNs);
        assertEquals(nowNs + HOUR_NS, engine.nextDeadlineNs());
    }

    @Test
    void shouldRebasePendingCommandOnceWhenAnotherDaemonHasStartedSince() throws Exception {
        long oldNs = 500 * HOUR_NS;
        long nowNs = System.nanoTime();
        long newOffsetNs = OFFSET_NS + oldNs + HOUR_NS - nowNs;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).intend(1, oldNs + 2 * HOUR_NS).write();
        }
        recover(NEXT_BOOT, newOffsetNs);
        assertEquals(nowNs + HOUR_NS, engine.nextDeadlineNs());
        try (JournalFixture fixture = new JournalFixture(journal, 2)) {
            fixture.lose(2).start(NEXT_BOOT, newOffsetNs).write();
        }
        recover(NEXT_BOOT, newOffsetNs);
        assertEquals(nowNs + HOUR_NS, engine.nextDeadlineNs());
    }

    @Test
    void shouldKeepPendingCommandThatWasDueBeforeTheBoot() throws Exception {
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).intend(1, HOUR_NS).write();
        }
        // This host has just booted, years later.
        assertEquals(1, recover(NEXT_BOOT, OFFSET_NS + 50_000 * HOUR_NS).timers());
    }

    @Test
    void shouldFollowTheNamespaceAndNotTheCalendarWithinABoot() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.clock(JournalClock.of(BOOT, 5 * HOUR_NS, OFFSET_NS - 5 * HOUR_NS))
                    .arm(1, nowNs + 5 * HOUR_NS + HOUR_NS, 0).write();
        }
        // From a namespace that is five hours ahead; CLOCK_REALTIME was set forward by a day in between.
        recover(JournalClock.of(BOOT, 0, OFFSET_NS + 24 * HOUR_NS));
        assertEquals(nowNs + HOUR_NS, engine.nextDeadlineNs());
    }

    @Test
    void shouldUseTheLastOffsetBeforeTheBoot() throws Exception {
        long oldNs = 10 * HOUR_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            // CLOCK_REALTIME showed 1970 at the arming, and was set since.
            fixture.start(BOOT, 0).arm(1, oldNs + 2 * HOUR_NS, 0).write().start(BOOT, OFFSET_NS).writtenAt(oldNs)
                    .write();
        }
        long nowNs = System.nanoTime();
        recover(NEXT_BOOT, OFFSET_NS + oldNs + HOUR_NS - nowNs);
        assertEquals(nowNs + HOUR_NS, engine.nextDeadlineNs());
    }

    @Test
    void shouldNotTrustACalendarClockThatIsBeforeTheJournal() throws Exception {
        long oldNs = 500 * HOUR_NS;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, oldNs + HOUR_NS, 0).writtenAt(oldNs).write();
        }
        long nowNs = System.nanoTime();
        // 1970, as on a host without a hardware clock.
        recover(NEXT_BOOT, 0);
        long leftNs = engine.nextDeadlineNs() - nowNs;
        assertTrue(leftNs >= HOUR_NS && leftNs < HOUR_NS + TimeUnit.MINUTES.toNanos(1), "leftNs=" + leftNs);
        assertTrue(run.clock().isAssumed());
        // Another start before the clock is set; then it is set.
        JournalClock assumed = run.clock();
        try (JournalFixture fixture = new JournalFixture(journal, 2)) {
            fixture.lose(2).clock(assumed).arm(1, nowNs + HOUR_NS, 0).writtenAt(nowNs).write();
        }
        recover(NEXT_BOOT, 0);
        assertEquals(assumed, run.clock());
        assertEquals(nowNs + HOUR_NS, engine.nextDeadlineNs());
        assertEquals(assumed, assumed.withCalendar(0));
        assertEquals(JournalClock.of(NEXT_BOOT, 0, 2 * OFFSET_NS), assumed.withCalendar(2 * OFFSET_NS));
    }

    /** The firings of timers 1 and 2, the second a calendar timer, that are due one hour after the last block. */
    private List<String> firedAfterADeath(UUID boot, long realtimeBehindNs) throws Exception {
        Path another = Files.createTempDirectory(folder, "journal");
        long oldNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(another, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, oldNs + HOUR_NS, 0).armAt(2, OFFSET_NS + oldNs + HOUR_NS)
                    .writtenAt(oldNs).write();
        }
        long newOffsetNs = OFFSET_NS + oldNs - realtimeBehindNs - System.nanoTime();
        TimerEngine calendarEngine = TimerEngine.create(TimerQuotas.DEFAULT, 1024, () -> newOffsetNs);
        new JournalRecovery(new JournalFolder(another), BusSignals.of(publisher), DurableTimers.of(calendarEngine),
                new FixedClocks(JournalClock.of(boot, 0, newOffsetNs)), log)
                .run(unusedRing(), JournalOptions.defaults(another).withClockWaitNs(1));
        List<String> fired = new ArrayList<>();
        calendarEngine.expire(System.nanoTime() + 5 * HOUR_NS, 100, firing -> {
            fired.add(text(firing).replaceAll("@.*[0-9]", ""));
            return 0;
        });
        return fired.stream().sorted().toList();
    }

    @Test
    void shouldFlagEveryTimerWhenTheClockMayBeEarlierThanAtTheDaemonsDeath() throws Exception {
        assertEquals(List.of("1?", "2?"), firedAfterADeath(NEXT_BOOT, SECOND_NS));
        assertEquals(List.of("1?", "2?"), firedAfterADeath(NEXT_BOOT, HOUR_NS));
        assertEquals(List.of("1?", "2?"), firedAfterADeath(BOOT, HOUR_NS));
    }

    @Test
    void shouldFlagNoTimerThatIsNotDueWhenTheClockIsAfterTheJournal() throws Exception {
        assertEquals(List.of("1", "2"), firedAfterADeath(NEXT_BOOT, -HOUR_NS / 2));
    }

    @Test
    void shouldApplyEntriesOnceWhenABlockWasWrittenTwice() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs + HOUR_NS, 0).pause(1, nowNs).write()
                    .command(CommandLayout.TYPE_RESUME, 1, nowNs).pause(1, nowNs + SECOND_NS).writeTwice();
        }
        recover(BOOT, OFFSET_NS);
        engine.openOwner(JournalFixture.OWNER);
        TimerReply reply = new TimerReply();
        engine.execute(JournalFixture.OWNER, new TimerCommand().reset(CommandLayout.TYPE_RESUME, 1), nowNs, 0, reply);
        assertEquals(nowNs + HOUR_NS - SECOND_NS, reply.deadlineNs());
    }

    @Test
    void shouldReadEverythingWhenTheSnapshotFileIsGarbage() throws Exception {
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, System.nanoTime() + HOUR_NS, 0).write();
        }
        String longName = "1 " + "a".repeat(300) + ".cq4 0";
        for (byte[] garbage : List.of(new byte[100], new Random(1).ints(300).collect(ByteArrayOutputStream::new,
                ByteArrayOutputStream::write, (a, b) -> { }).toByteArray(), "1 a\0b.cq4 0".getBytes(UTF_8),
                longName.getBytes(UTF_8), "1 ../id 0".getBytes(UTF_8), new byte[0])) {
            Files.write(journal.resolve("snapshot"), garbage);
            assertEquals(1, recover(BOOT, OFFSET_NS).timers());
            try (JournalReader reader = JournalReader.open(journal)) {
                assertFalse(reader.complaints().isEmpty());
            }
        }
    }

    @Test
    void shouldFlagDueTimersWhenTheSnapshotIsGone() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.history(publisher.bus().signals().header().historyId()).start(BOOT, OFFSET_NS)
                    .arm(1, nowNs - 10, 0).write();
        }
        new JournalFolder(journal).snapshot(new Position(7, "20261130.cq4", 0));
        recover(BOOT, OFFSET_NS);
        assertEquals(List.of("1@" + (nowNs - 10) + "?"), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldFlagDueTimersWhenEntriesAreMissing() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.history(publisher.bus().signals().header().historyId()).start(BOOT, OFFSET_NS)
                    .arm(1, nowNs - 10, 0).write().lose(3).arm(2, nowNs + HOUR_NS, 0).write();
        }
        recover(BOOT, OFFSET_NS);
        assertEquals(List.of("1@" + (nowNs - 10) + "?", "2@" + (nowNs + HOUR_NS)), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldNotConfuseReusedSequencesWithThoseOfTheJournal() throws Exception {
        long nowNs = System.nanoTime();
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            // The journal has more signals than the ring, which lost its last ones with the power.
            fixture.history(publisher.bus().signals().header().historyId()).start(BOOT, OFFSET_NS)
                    .arm(1, nowNs - 10, 0).signal(9, 1).signal(9, 2).write();
        }
        recover(BOOT, OFFSET_NS);
        assertEquals(0, run.nextSequence());
        assertEquals(run.nextTicket(), run.firstOrdered());
        assertEquals(List.of("1@" + (nowNs - 10) + "?"), expire(nowNs + HOUR_NS));
    }

    @Test
    void shouldCountABlockThatIsCutOffAtTheEndOfTheLastFile() throws Exception {
        long nowNs = System.nanoTime();
        Position last;
        try (JournalFixture fixture = new JournalFixture(journal, 1)) {
            fixture.start(BOOT, OFFSET_NS).arm(1, nowNs + HOUR_NS, 0).write().arm(2, nowNs + HOUR_NS, 0).write();
            last = fixture.positions().get(1);
        }
        try (RandomAccessFile file = new RandomAccessFile(new JournalFolder(journal).file(last).toFile(), "rw")) {
            file.setLength(last.offset() + 50);
        }
        assertEquals(1, recover(BOOT, OFFSET_NS).unreadable());
        assertEquals(1, engine.pending());
    }
}
