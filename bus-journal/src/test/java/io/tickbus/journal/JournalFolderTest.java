// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.journal.JournalStore.Position;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFolderTest {
    @TempDir
    private Path parent;

    private JournalFolder folder() {
        JournalFolder folder = new JournalFolder(parent.resolve("journal"));
        folder.create();
        return folder;
    }

    /** Creates a journal of two blocks in one file; returns their positions. */
    private List<Position> write(JournalFolder folder, long segment) throws Exception {
        folder.id();
        try (JournalFixture fixture = new JournalFixture(folder.path(), segment)) {
            fixture.signal(1, 1).write().signal(2, 2).write();
            return fixture.positions();
        }
    }

    private static List<String> complaints(JournalFolder folder) {
        try (JournalReader reader = JournalReader.open(folder.path())) {
            while (reader.next((signal, history, offset) -> { })) {
                assertTrue(reader.blockLength() > 0);
            }
            return reader.complaints();
        }
    }

    @Test
    void shouldNameSegmentsAlikeInEveryLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertEquals("0000000000000012", folder().segment(12).getFileName().toString());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void shouldLockOncePerProcessAndAgainAfterItsRelease() {
        JournalFolder first = folder();
        first.lock();
        JournalFolder second = new JournalFolder(first.path());
        BusException e = assertThrows(BusException.class, second::lock);
        assertEquals(BusException.Reason.IN_USE, e.reason());
        assertTrue(second.isLocked());
        second.release();
        assertTrue(second.isLocked(), "released by a folder that has not locked it");
        first.release();
        assertFalse(second.isLocked());
        second.lock();
        second.release();
    }

    @Test
    void shouldRefuseTheJournalOfAnotherBus() {
        JournalFolder folder = folder();
        folder.claim(BusDirectory.at(parent.resolve("one"), "app"));
        folder.claim(BusDirectory.at(parent.resolve("one"), "app"));
        BusException e = assertThrows(BusException.class,
                () -> folder.claim(BusDirectory.at(parent.resolve("other"), "app")));
        assertTrue(e.getMessage().contains("one/app") && e.getMessage().contains("other/app"), e.getMessage());
    }

    @Test
    void shouldRefuseRootAndEmptyNameAsFolder() {
        assertThrows(IllegalArgumentException.class, () -> JournalOptions.defaults(Path.of("/")));
        assertThrows(IllegalArgumentException.class, () -> JournalOptions.defaults(Path.of("")));
    }

    @Test
    void shouldRecogniseOnlyAJournal() throws Exception {
        Files.createDirectories(parent.resolve("etc").resolve("conf.d"));
        BusException e = assertThrows(BusException.class, () -> JournalReader.open(parent.resolve("etc")));
        assertEquals(BusException.Reason.NOT_FOUND, e.reason());
    }

    @Test
    void shouldReportEmptyRandomAndMissingFiles() throws Exception {
        JournalFolder folder = folder();
        Position first = write(folder, 1).get(0);
        assertEquals(List.of(), complaints(folder));
        Path file = folder.file(first);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, new byte[0]);
        assertEquals(1, complaints(folder).size());
        byte[] random = new byte[64 << 10];
        new java.util.Random(1).nextBytes(random);
        Files.write(file, random);
        assertTrue(complaints(folder).get(0).contains(file.toString()));
        Files.write(file, whole);
        folder.snapshot(first);
        assertEquals(List.of(), complaints(folder));
        Files.delete(file);
        assertEquals(2, complaints(folder).size(), "the snapshot's file, and a segment without one");
    }

    @Test
    void shouldReportAFolderThatIsNotASegment() throws Exception {
        JournalFolder folder = folder();
        write(folder, 1);
        Files.createDirectory(folder.path().resolve("\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660"
                + "\u0660\u0660\u0660\u0660\u0662"));
        assertEquals(1, complaints(folder).size());
    }

    @Test
    void shouldReadOnAfterAFirstBlockOfZeros() throws Exception {
        JournalFolder folder = folder();
        List<Position> positions = write(folder, 1);
        long length = positions.get(1).offset() - positions.get(0).offset();
        try (RandomAccessFile file = new RandomAccessFile(folder.file(positions.get(0)).toFile(), "rw")) {
            file.seek(positions.get(0).offset());
            file.write(new byte[(int) length]);
        }
        long[] read = {0};
        try (JournalReader reader = JournalReader.open(folder.path())) {
            while (reader.next((signal, history, offset) -> read[0] += signal.key())) {
                assertTrue(reader.blockLength() > 0);
            }
            assertEquals(1, reader.unreadable());
        }
        assertEquals(2, read[0]);
    }

    @Test
    void shouldLeaveNothingWhenASegmentCannotBeCreated() throws Exception {
        JournalFolder folder = folder();
        DaemonLog log = DaemonLog.toStream(System.out);
        Files.createDirectory(folder.segment(3));
        Files.createFile(folder.path().resolve(".new-snapshot-1-1"));
        folder.cleanUp(log);
        assertFalse(Files.exists(folder.path().resolve(".new-snapshot-1-1")));
        assertEquals(List.of(), folder.segments());
        log.close();
    }

    @Test
    void shouldNameMissingFlags() {
        assertEquals("", ChronicleSetup.missingFlags(Object.class.getModule(), ChronicleSetup.class.getModule()));
        // A module to which nothing is exported.
        String missing = ChronicleSetup.missingFlags(Object.class.getModule(),
                java.util.logging.Logger.class.getModule());
        assertTrue(missing.contains("--add-exports java.base/sun.nio.ch=ALL-UNNAMED"), missing);
    }
}
