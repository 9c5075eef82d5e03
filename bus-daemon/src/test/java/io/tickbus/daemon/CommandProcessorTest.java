// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.RecoveryResult;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.daemon.late.Evidence;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.time.ZoneId;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that wait for a disk, whose time the test decides. */
class CommandProcessorTest {
    private static final int OWNER = 1;
    private static final long OFFSET_NS = 1_700_000_000_000_000_000L;
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long NOW_NS = 10 * HOUR_NS;

    @TempDir
    private Path root;

    private long offsetNs = OFFSET_NS;
    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(100, 100), 16, () -> offsetNs);
    private final SlowDisk disk = new SlowDisk();
    private final TimerCommand command = new TimerCommand();
    private final CommandHistory history = new CommandHistory();
    private final Evidence evidence = new Evidence();
    private SignalPublisher publisher;
    private ServedClient client;
    private CommandProcessor processor;

    /** Takes everything; the test says what is on the disk. */
    private static final class SlowDisk implements Journal {
        private final List<Long> deadlinesNs = new ArrayList<>();
        private long tickets;
        private long syncedTicket = -1;
        private int cancelled;
        private int images;
        private long imageNs;

        @Override
        public RecoveryResult recover(DurableTimers timers) {
            throw new AssertionError("nothing to recover");
        }

        @Override
        public void start() {
            // Nothing runs.
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public boolean hasRoom(int entries) {
            return true;
        }

        @Override
        public void appendApplied(int owner, TimerCommand applied, long nowNs, long ticket) {
            deadlinesNs.add(applied.deadlineNs());
            cancelled += applied.type() == CommandLayout.TYPE_CANCEL ? 1 : 0;
        }

        @Override
        public long appendPending(int owner, TimerCommand intended, long nowNs, long ticket) {
            deadlinesNs.add(intended.deadlineNs());
            return tickets++;
        }

        @Override
        public void appendAborted(long ticket) {
            assertTrue(images > 0, "dropped");
        }

        @Override
        public void nameOwner(int owner, int user, String name) {
            // Not checked.
        }

        @Override
        public long syncedTicket() {
            return syncedTicket;
        }

        @Override
        public boolean wantsSnapshot() {
            return false;
        }

        @Override
        public void beginSnapshot() {
            throw new AssertionError("no snapshot is wanted");
        }

        @Override
        public void appendImage(int owner, long[] image) {
            images++;
            imageNs = image[2];
        }

        @Override
        public void endSnapshot() {
            throw new AssertionError("no snapshot is wanted");
        }

        @Override
        public void report(DaemonCounters counters) {
            // Counts nothing.
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }

    @BeforeEach
    void openBus() {
        BusDirectory directory = BusDirectory.at(root, "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(64));
        RepliesFile replies = RepliesFile.create(directory, publisher.bus().signals().header(), 2, 64, null);
        client = new ServedClient(1, new ClientIdentity(UUID.randomUUID(), replies.historyId(), replies.epoch(), 1,
                "app", 64), ClientFile.inMemory(64), replies.session(1), 64);
        client.user(0, true);
        client.connect(OWNER);
        processor = new CommandProcessor(engine, publisher, DaemonCounters.inMemory(), disk, CrashPoint.NONE,
                history, new TaskMailboxes());
        engine.openOwner(OWNER);
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    private List<Long> remembered(int generation, long deadlineNs) {
        evidence.deadlineNs = deadlineNs;
        history.find(OWNER, generation, evidence);
        return evidence.executedNs == Evidence.NEVER ? List.of() : List.of(evidence.receivedNs, evidence.executedNs);
    }

    @Test
    void shouldRememberWhatWasArmedAfterItsDeadline() {
        processor.process(client, command.arm(1, 1, NOW_NS - 5).generation(7), 0, NOW_NS);
        processor.process(client, command.arm(2, 1, NOW_NS + 5).generation(8), 1, NOW_NS);
        assertEquals(List.of(NOW_NS, NOW_NS), remembered(7, NOW_NS - 5));
        assertEquals(List.of(), remembered(8, NOW_NS + 5));
        assertEquals(List.of(), remembered(9, NOW_NS - 5));
        assertEquals(List.of(), remembered(7, NOW_NS + 1_000), "a later firing of the same timer");
        assertEquals(2, history.commands());
    }

    @Test
    void shouldRememberThatACommandWaitedForTheDiskBeyondItsDeadline() {
        long deadlineNs = System.nanoTime();
        long receivedNs = deadlineNs - 1_000_000;
        processor.process(client, command.arm(1, 1, deadlineNs).durability(Durability.DISK).generation(7), 0,
                receivedNs);
        disk.syncedTicket = 0;
        processor.completeWaiting();
        List<Long> found = remembered(7, deadlineNs);
        assertEquals(receivedNs, found.get(0));
        assertTrue(found.get(1) >= deadlineNs && found.get(1) <= System.nanoTime(), found.toString());
    }

    @Test
    void shouldArmACalendarTimerForItsTimeWhenTheClockIsSetWhileItWaitsForTheDisk() {
        long realtimeNs = OFFSET_NS + NOW_NS + 2 * HOUR_NS;
        assertTrue(processor.process(client, command.armAt(1, 1, realtimeNs).durability(Durability.DISK), 0, NOW_NS));
        assertEquals(0, engine.pending());
        offsetNs += HOUR_NS;
        processor.completeWaiting();
        assertEquals(1, processor.waiting(), "not on the disk yet");
        disk.syncedTicket = 0;
        processor.completeWaiting();
        assertEquals(0, processor.waiting());
        assertEquals(1, engine.pending());
        engine.pollCalendar(NOW_NS + HOUR_NS);
        assertEquals(NOW_NS + HOUR_NS, engine.nextDeadlineNs());
        assertEquals(List.of(realtimeNs, realtimeNs), disk.deadlinesNs, "the journal has the time that was asked for");
    }

    /** A recovery must not resolve it again: the rules of its time zone may be others then. */
    @Test
    void shouldTellJournalWhenATimerWithAScheduleIsDue() {
        CalendarSchedule daily = CalendarSchedule.parse("30 2 * * *", ZoneId.of("Europe/Berlin"));
        engine.define(daily);
        long dueNs = daily.next((OFFSET_NS + NOW_NS) / 1_000_000_000) * 1_000_000_000;
        command.calendar(1, 1, daily).durability(Durability.PROCESS);
        assertTrue(processor.process(client, command, 0, NOW_NS));
        assertEquals(1, disk.images);
        assertEquals(dueNs, disk.imageNs);
        assertEquals(0, command.deadlineNs());
        assertTrue(processor.process(client, command.durability(Durability.DISK), 1, NOW_NS));
        disk.syncedTicket = 0;
        processor.completeWaiting();
        assertEquals(2, disk.images);
        assertEquals(List.of(0L), disk.deadlinesNs, "what waits for the disk is not resolved yet");
        assertTrue(processor.process(client, command.durability(Durability.NONE), 2, NOW_NS));
        disk.syncedTicket = 1;
        processor.completeWaiting();
        assertEquals(2, disk.images, "a volatile timer");
        assertEquals(1, disk.cancelled);
        assertEquals(1, engine.pending());
    }

    @Test
    void shouldCountTheScheduleOnceThatManyWaitingCommandsHave() {
        CalendarSchedule daily = CalendarSchedule.parse("30 2 * * *", ZoneId.of("Europe/Berlin"));
        engine.define(daily);
        engine.define(daily.limit(5));
        DurableCommandQueue queue = new DurableCommandQueue(disk, DurableTimers.of(engine), (entry, isSynced) -> { });
        for (int key = 0; key < 4_000; key++) {
            queue.add(client, OWNER, command.calendar(key, 1, key % 2 == 0 ? daily : daily.limit(5))
                    .durability(Durability.DISK), key, NOW_NS);
        }
        int parts = TimerCommand.parts(daily.definition()) + TimerCommand.parts(daily.limit(5).definition());
        assertEquals(8_000 + parts, queue.entries());
        assertEquals(8_000 + parts, queue.entries(), "each time");
    }
}
