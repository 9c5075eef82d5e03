// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    private static final long DAY_NS = TimeUnit.DAYS.toNanos(1);
    private static final long MUCH = 1L << 40;

    @TempDir
    private Path folder;

    private final DaemonLog log = DaemonLog.standard();

    @AfterEach
    void closeLog() {
        log.close();
    }

    /** Segments 1 to 4 of one file each: the last one is this many days old, and each earlier one a day older. */
    private JournalFolder write(int days) throws Exception {
        JournalFolder journal = new JournalFolder(folder);
        for (long segment = 1; segment <= 4; segment++) {
            try (JournalFixture fixture = new JournalFixture(folder, segment)) {
                fixture.signal(segment, 1).write();
            }
            Path file = journal.file(journal.files(segment).findFirst().orElseThrow());
            Files.setLastModifiedTime(file, FileTime.fromMillis(
                    System.currentTimeMillis() - TimeUnit.DAYS.toMillis(days + 4 - segment)));
        }
        return journal;
    }

    private void run(JournalFolder journal, long keepNs, long keepBytes) throws Exception {
        JournalOptions options = JournalOptions.defaults(folder).withRetention(keepNs, keepBytes);
        try (SegmentWriter current = SegmentWriter.open(journal, 5, Roll.DAILY)) {
            new Retention(journal, options, log).run(System.nanoTime(), DAY_NS, current);
        }
    }

    private static void snapshotIn(JournalFolder journal, long segment) throws Exception {
        journal.snapshot(journal.files(segment).findFirst().orElseThrow());
    }

    @Test
    void shouldDeleteOldFilesThatAreNotNeeded() throws Exception {
        JournalFolder journal = write(0);
        snapshotIn(journal, 4);
        run(journal, DAY_NS + DAY_NS / 2, MUCH);
        assertEquals(List.of(3L, 4L, 5L), journal.segments());
    }

    @Test
    void shouldDeleteNothingForItsAgeWhenTheClockIsAheadOfThePreviousDaemon() throws Exception {
        JournalFolder journal = write(1_000);
        snapshotIn(journal, 4);
        run(journal, 8 * DAY_NS, MUCH);
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), journal.segments());
    }

    @Test
    void shouldDeleteTheOldestWhenTheSizeLimitIsExceeded() throws Exception {
        JournalFolder journal = write(0);
        snapshotIn(journal, 4);
        long each = Files.size(journal.file(journal.files(1).findFirst().orElseThrow()));
        run(journal, 100 * DAY_NS, 2 * each + each / 2);
        assertEquals(List.of(3L, 4L, 5L), journal.segments());
    }

    @Test
    void shouldKeepFilesThatTheNextRecoveryReads() throws Exception {
        JournalFolder journal = write(0);
        snapshotIn(journal, 2);
        run(journal, 0, 0);
        assertEquals(List.of(2L, 3L, 4L, 5L), journal.segments());
    }

    @Test
    void shouldDeleteNothingWithoutASnapshot() throws Exception {
        JournalFolder journal = write(0);
        run(journal, 0, 0);
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), journal.segments());
        assertFalse(Files.exists(folder.resolve("snapshot")));
    }
}
