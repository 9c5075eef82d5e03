// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.journal.JournalStore.Blocks;
import io.tickbus.journal.JournalStore.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer's cycles, one at a time, on a disk in memory that fails when told to. */
class JournalRoundTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int SNAPSHOT_BYTES = 10_000;
    private static final int ENTRIES = 200;

    @TempDir
    private Path folder;

    private final DaemonLog log = DaemonLog.toStream(System.out);
    private final MemoryStore store = new MemoryStore();
    private final SimulatedHost host = new SimulatedHost(new Random(1), SECOND_NS);
    private final WriteAheadRing ring = host.intents();
    private final long[] body = new long[Entry.COMMAND_WORDS + 2];
    private boolean isOutOfMemory;
    private Runnable duringPut = () -> { };
    private JournalWriter writer;
    private ChronicleJournal journal;

    /** The host's clocks, which throw OutOfMemoryError when told to. */
    private final class FailingClocks implements Clocks {
        @Override
        public JournalClock current() {
            return host.current();
        }

        @Override
        public long calendarNs() {
            return host.calendarNs();
        }

        @Override
        public long nowNs() {
            if (isOutOfMemory && writer.entries() > 0) {
                isOutOfMemory = false;
                throw new OutOfMemoryError("for a trial");
            }
            return host.nowNs();
        }
    }

    @BeforeEach
    void begin() {
        JournalOptions options = JournalOptions.defaults(folder).withSnapshotBytes(SNAPSHOT_BYTES);
        Retention retention = new Retention(new JournalFolder(folder), options, log);
        BusSignals ofHost = host.signals();
        BusSignals signals = new BusSignals(ofHost.ring(), ofHost.historyId(), 0, 0, () -> {
            duringPut.run();
            return 0;
        });
        writer = new JournalWriter(store, ring, signals, retention, options, new FailingClocks(), log);
        journal = new ChronicleJournal(store, ring, writer, signals, options, host, log);
        ring.begin(0, 0);
        ring.clock(host.current());
        writer.begin(0, 0, 0);
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    private void put(EntryKind kind) {
        ring.append(kind.header(0, 0), 0, host.nowNs(), body, 1);
    }

    private void failOnce() {
        put(EntryKind.START);
        store.refuse(new IOException("for a trial"));
        writer.runCycle();
        assertFalse(writer.isWritable());
        store.refuse(null);
        host.advance(SECOND_NS);
    }

    private List<String> written() {
        List<String> found = new ArrayList<>();
        try (Blocks blocks = store.read(null, (where, bytes, length, why) -> { })) {
            while (blocks.next()) {
                Block block = blocks.block();
                for (int at = Block.first(); at >= 0 && at < block.length(); at = block.next(at)) {
                    found.add(blocks.position().segment() + ":" + block.kind(at));
                }
            }
        }
        return found;
    }

    @Test
    void shouldNotCompleteTheNextSnapshotWhenAnotherOneEndsInItsBlock() {
        journal.beginSnapshot();
        assertTrue(writer.runCycle());
        failOnce();
        journal.endSnapshot();
        journal.beginSnapshot();
        assertTrue(writer.runCycle());
        assertNull(store.snapshot(), "the first one's beginning may be lost, and the second has no end");
        journal.endSnapshot();
        assertTrue(writer.runCycle());
        assertEquals(new Position(2, "blocks", 0), store.snapshot());
    }

    @Test
    void shouldStoreBeginningOfCompleteSnapshotWhenTheNextBeginsInItsLastBlock() {
        journal.beginSnapshot();
        assertTrue(writer.runCycle());
        journal.endSnapshot();
        journal.beginSnapshot();
        assertTrue(writer.runCycle());
        assertEquals(new Position(1, "blocks", 0), store.snapshot());
        journal.endSnapshot();
        journal.beginSnapshot();
        journal.endSnapshot();
        journal.beginSnapshot();
        assertTrue(writer.runCycle());
        assertEquals(new Position(1, "blocks", 2), store.snapshot());
    }

    @Test
    void shouldWantAnotherSnapshotWhenTheDiskFailsWhileOneBegins() {
        duringPut = () -> {
            duringPut = () -> { };
            failOnce();
        };
        journal.beginSnapshot();
        assertTrue(writer.wantsSnapshot());
    }

    @Test
    void shouldWantNoOtherSnapshotWhenOneIsLargerThanTheInterval() {
        journal.beginSnapshot();
        for (int i = 0; i < ENTRIES; i++) {
            put(EntryKind.IMAGE);
            writer.runCycle();
        }
        assertTrue(writer.bytes() > 2 * SNAPSHOT_BYTES);
        journal.endSnapshot();
        writer.runCycle();
        assertFalse(writer.wantsSnapshot());
        for (int i = 0; i < ENTRIES; i++) {
            put(EntryKind.APPLIED);
            writer.runCycle();
        }
        assertTrue(writer.wantsSnapshot());
    }

    @Test
    void shouldWriteNothingTwiceWhenMemoryRunsOutAfterTheWrite() {
        put(EntryKind.START);
        isOutOfMemory = true;
        writer.runCycle();
        assertFalse(isOutOfMemory, "nothing has failed");
        host.advance(SECOND_NS);
        put(EntryKind.IMAGE);
        writer.runCycle();
        assertEquals(List.of("1:START", "1:IMAGE"), written());
        assertEquals(1, writer.failures());
        assertTrue(writer.isWritable());
    }

    @Test
    void shouldReleaseTheJournalWhenClosingItsSegmentFails() {
        store.refuse(new OutOfMemoryError("for a trial"));
        writer.close();
        assertTrue(store.isReleased());
    }
}
