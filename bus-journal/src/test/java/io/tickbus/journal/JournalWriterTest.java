// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalWriterTest {
    private static final int ROUNDS = 20;
    private static final int JOURNAL_ID = 7;
    private static final int SLOTS = 1 << 10;

    @TempDir
    private Path folder;

    private final long[] body = new long[Entry.COMMAND_WORDS + 2];
    private final DaemonLog log = DaemonLog.toStream(System.out);
    private SignalPublisher publisher;
    private JournalFolder journal;
    private WriteAheadRing ring;

    @BeforeEach
    void open() {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(SLOTS));
        journal = new JournalFolder(folder.resolve("journal"));
        journal.create();
        ring = WriteAheadRing.create(directory, publisher.bus().signals().header(), JOURNAL_ID, SLOTS);
        ring.begin(0, 0);
    }

    @AfterEach
    void close() {
        publisher.close();
        log.close();
    }

    private long put(EntryKind kind) {
        return ring.append(kind.header(0, 0), publisher.nextSequence(), System.nanoTime(), body, 2);
    }

    /** Makes retention find an old file that cannot be deleted, as it is a folder that is not empty. */
    private void makeUndeletable() throws Exception {
        Files.createDirectories(journal.segment(1).resolve("20200101.cq4").resolve("something"));
    }

    private List<String> written() {
        List<String> found = new ArrayList<>();
        // The undeletable segment is not a queue.
        assertTrue(journal.segment(1).resolve("20200101.cq4").resolve("something").toFile().delete());
        assertTrue(journal.segment(1).resolve("20200101.cq4").toFile().delete());
        try (JournalReader reader = JournalReader.open(journal.path())) {
            while (reader.next(new JournalReader.Visitor() {
                @Override
                public void signal(SignalRecord signal, long historyId, long clockOffsetNs) {
                    found.add("SIGNAL " + signal.sequence());
                }

                @Override
                public void entry(String kind, int owner) {
                    found.add(kind);
                }
            })) {
                assertTrue(reader.blockLength() > 0);
            }
        }
        return found;
    }

    @Test
    void shouldWriteEverythingOnceWhenOldFilesCannotBeRemoved() throws Exception {
        makeUndeletable();
        JournalOptions options = JournalOptions.defaults(journal.path()).withRetention(0, 0);
        JournalWriter writer = new JournalWriter(journal, ring, BusSignals.of(publisher),
                new Retention(journal, options, log), options, Clocks.system(), log);
        writer.begin(0, 0, 0);
        writer.start();
        List<String> expected = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            put(EntryKind.SNAPSHOT_BEGIN);
            put(EntryKind.SNAPSHOT_END);
            long last = put(EntryKind.PENDING);
            publisher.publish(1, round);
            // Each complete snapshot triggers retention.
            while (writer.syncedTicket() < last) {
                assertTrue(writer.isWritable(), "the writer has failed");
                assertFalse(Thread.interrupted(), "not written in time");
            }
            expected.addAll(List.of("SNAPSHOT_BEGIN", "SNAPSHOT_END", "PENDING", "SIGNAL " + round));
        }
        assertTrue(writer.isWritable());
        writer.close();
        assertTrue(writer.failures() > 0, "nothing has failed");
        assertTrue(writer.isWritable());
        assertEquals(3 * ROUNDS, writer.entries());
        assertEquals(ROUNDS, writer.signals());
        assertEquals(List.of(2L), journal.segments().stream().filter(number -> number > 1).toList());
        assertEquals(sorted(expected), sorted(written()));
    }

    /** An hour has passed between the two boots; the time of writing is the same instant by both clocks. */
    @Test
    void shouldStateTimeInBlocksOwnClockWhenEntriesAreFromAnotherBoot() {
        JournalClock present = Clocks.system().current();
        JournalClock before = JournalClock.of(new UUID(1, 2), 0, present.calendarNs() - TimeUnit.HOURS.toNanos(1));
        ring.clock(before);
        put(EntryKind.SNAPSHOT_BEGIN);
        ring.clock(present);
        long last = put(EntryKind.PENDING);
        JournalOptions options = JournalOptions.defaults(journal.path());
        JournalWriter writer = new JournalWriter(journal, ring, BusSignals.of(publisher),
                new Retention(journal, options, log), options, Clocks.system(), log);
        writer.begin(0, 0, 0);
        writer.start();
        while (writer.syncedTicket() < last) {
            assertFalse(Thread.interrupted(), "not written in time");
        }
        writer.close();
        long nowNs = System.nanoTime() + present.calendarNs();
        List<JournalClock> clocks = new ArrayList<>();
        try (BlockReader reader = new BlockReader(journal, null, (where, bytes, length, why) -> { }, false)) {
            while (reader.next()) {
                JournalClock clock = reader.block().clock();
                clocks.add(clock);
                long agoNs = nowNs - reader.block().writtenNs() - clock.calendarNs();
                assertTrue(agoNs >= 0 && agoNs < TimeUnit.MINUTES.toNanos(2), "agoNs=" + agoNs + " clock=" + clock);
            }
        }
        assertEquals(List.of(before, present), clocks);
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }
}
