// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The journal's behaviour when its thread fails, or its ring is full; on a store in memory. */
class WriterFailureTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int OWNERS = 9_000;

    @TempDir
    private Path folder;

    private final DaemonLog log = DaemonLog.toStream(System.out);
    private final MemoryStore store = new MemoryStore();
    private final SimulatedHost host = new SimulatedHost(new Random(1), 1_700_000_000_000_000_000L);
    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(1 << 16, 1 << 16), 1024, host::calendarNs);
    private final DurableTimers timers = DurableTimers.of(engine);
    private WriteAheadRing ring;
    private JournalWriter writer;
    private ChronicleJournal journal;

    @BeforeEach
    void open() {
        ring = host.intents();
        JournalOptions options = JournalOptions.defaults(folder);
        writer = new JournalWriter(store, ring, host.signals(),
                new Retention(new JournalFolder(folder), options, log), options, host, log);
        journal = new ChronicleJournal(store, ring, writer, host.signals(), options, host, log);
        journal.recover(timers);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private long intend(long key) {
        return journal.appendPending(1, new TimerCommand().arm(key, 1, host.nowNs() + SECOND_NS)
                .durability(Durability.DISK), host.nowNs(), Journal.NO_TICKET);
    }

    private void drain() {
        while (writer.runCycle()) {
            assertTrue(journal.isWritable());
        }
    }

    @Test
    void shouldRefuseAndRetryWhenAnErrorIsThrown() {
        drain();
        store.refuse(new OutOfMemoryError("of the test"));
        long ticket = intend(1);
        writer.runCycle();
        assertFalse(journal.isWritable());
        assertEquals(1, writer.failures());
        store.refuse(null);
        host.advance(SECOND_NS);
        writer.runCycle();
        assertTrue(journal.isWritable());
        assertTrue(journal.syncedTicket() >= ticket);
        assertTrue(journal.wantsSnapshot());
    }

    @Test
    @Timeout(30)
    void shouldKeepRunningWhenItsThreadIsInterrupted() {
        store.refuse(new LinkageError("of the test"));
        journal.start();
        store.refuse(null);
        Thread.currentThread().interrupt();
        journal.close();
        assertTrue(Thread.interrupted(), "the interrupt is kept");
        assertTrue(store.isReleased());
    }

    @Test
    void shouldRefuseWhenItsThreadMakesNoProgress() {
        drain();
        for (int report = 0; report < 4; report++) {
            assertTrue(journal.isWritable());
            journal.watch(host.nowNs());
            host.advance(4 * SECOND_NS);
        }
        journal.watch(host.nowNs());
        assertFalse(journal.isWritable());
        writer.runCycle();
        journal.watch(host.nowNs());
        assertTrue(journal.isWritable());
    }

    @Test
    void shouldNameOnlyOwnersOfDurableTimersInASnapshot() {
        for (int owner = 1; owner <= OWNERS; owner++) {
            journal.nameOwner(owner, 1_000, "app-" + owner);
        }
        engine.openOwner(7);
        timers.redo(7, new TimerCommand().arm(1, 1, host.nowNs() + SECOND_NS).durability(Durability.DISK),
                host.nowNs());
        long before = ring.nextTicket();
        journal.beginSnapshot();
        timers.page(0, 64, journal::appendImage);
        journal.endSnapshot();
        // SNAPSHOT_BEGIN, OWNER, IMAGE, SNAPSHOT_END.
        assertEquals(4, ring.nextTicket() - before);
    }

    @Test
    void shouldNeverOverwriteEntriesThatAreNotWritten() {
        long first = ring.nextTicket();
        while (ring.freeSlots() > 0) {
            intend(1);
        }
        assertTrue(journal.isWritable());
        assertEquals(Long.MAX_VALUE, intend(2));
        assertFalse(journal.isWritable());
        assertTrue(ring.isCommitted(first));
        assertFalse(journal.hasRoom(1));
    }

    @Test
    void shouldNotUseTheFirstPartOfAFailedSnapshot() throws Exception {
        journal.beginSnapshot();
        writer.runCycle();
        store.refuse(new IOException("of the test"));
        intend(1);
        writer.runCycle();
        store.refuse(null);
        host.advance(SECOND_NS);
        journal.endSnapshot();
        drain();
        assertNull(store.snapshot());
        assertTrue(journal.wantsSnapshot());
    }

    @Test
    void shouldStoreBeginningOfTheSnapshotThatEndsAndNotOfTheNext() {
        engine.openOwner(7);
        timers.redo(7, new TimerCommand().arm(1, 1, host.nowNs() + SECOND_NS).durability(Durability.DISK),
                host.nowNs());
        drain();
        journal.beginSnapshot();
        timers.page(0, 64, journal::appendImage);
        writer.runCycle();
        journal.endSnapshot();
        journal.beginSnapshot();
        writer.runCycle();
        JournalStore.Position whole = store.snapshot();
        drain();
        assertEquals(whole, store.snapshot());
        JournalStore.Position at = store.snapshot();
        try (JournalStore.Blocks blocks = store.read(at, (where, bytes, length, why) -> { })) {
            assertTrue(blocks.next());
            assertEquals(EntryKind.SNAPSHOT_BEGIN, blocks.block().kind(Block.first()));
        }
    }

    @Test
    void shouldRecordThatTheCalendarClockWasSetWhenNothingElseHappens() {
        drain();
        host.step(3_600 * SECOND_NS);
        host.advance(SECOND_NS);
        long syncs = writer.syncs();
        assertTrue(writer.runCycle());
        assertEquals(host.calendarNs(), store.lastClock().calendarNs());
        assertEquals(syncs + 1, writer.syncs());
        assertFalse(writer.runCycle());
    }
}
