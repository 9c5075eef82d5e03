// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import io.tickbus.core.SignalHistory;
import io.tickbus.core.SignalRecord;
import io.tickbus.journal.JournalStore.Position;
import java.io.RandomAccessFile;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalReadingTest {
    private static final int BLOCKS = 20;
    private static final int PER_BLOCK = 10;
    private static final long OTHER_HISTORY = 1;
    private static final int MANY = 12;

    @TempDir
    private Path folder;

    private final List<String> seen = new ArrayList<>();

    private List<Position> write(long segment, int blocks) throws Exception {
        try (JournalFixture fixture = new JournalFixture(folder, segment)) {
            for (int i = 0; i < blocks; i++) {
                for (int j = 0; j < PER_BLOCK; j++) {
                    fixture.signal(i * PER_BLOCK + j, 1_000 + i);
                }
                fixture.write();
            }
            return fixture.positions();
        }
    }

    private long read() {
        seen.clear();
        try (JournalReader reader = JournalReader.open(folder)) {
            while (reader.next(new JournalReader.Visitor() {
                @Override
                public void signal(SignalRecord signal, long historyId, long clockOffsetNs) {
                    seen.add(Long.toString(signal.key()));
                }

                @Override
                public void gap(long firstSequence, long count) {
                    seen.add("gap " + firstSequence + "+" + count);
                }
            })) {
                assertTrue(reader.blockLength() > 0);
            }
            return reader.unreadable();
        }
    }

    private static List<String> keys(int from, int to) {
        return Stream.iterate(from, key -> key < to, key -> key + 1).map(String::valueOf).toList();
    }

    @Test
    void shouldReadSegmentsInOrderAndKeepFilesPrivate() throws Exception {
        write(1, 3);
        write(2, 2);
        assertEquals(0, read());
        List<String> expected = new ArrayList<>(keys(0, 30));
        expected.addAll(keys(0, 20));
        assertEquals(expected, seen);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(
                "0000000000000001"))));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                        file.toString());
            }
        }
    }

    @Test
    void shouldContinueAfterACorruptBlock() throws Exception {
        List<Position> positions = write(1, BLOCKS);
        Position broken = positions.get(7);
        try (RandomAccessFile file = new RandomAccessFile(new JournalFolder(folder).file(broken).toFile(), "rw")) {
            file.seek(broken.offset() + Integer.BYTES + Block.HEADER_LENGTH + 100);
            file.write(0x5A);
        }
        assertEquals(1, read());
        List<String> expected = new ArrayList<>(keys(0, 70));
        expected.addAll(keys(80, 200));
        assertEquals(expected, seen);
    }

    @Test
    void shouldReadBlocksBeforeACutAndTheNextSegment() throws Exception {
        List<Position> positions = write(1, BLOCKS);
        write(2, 1);
        Position cut = positions.get(5);
        for (int into : new int[] {0, 1, 3, 4, 17, 200}) {
            try (RandomAccessFile file = new RandomAccessFile(new JournalFolder(folder).file(cut).toFile(), "rw")) {
                file.setLength(cut.offset() + 200 - into);
            }
            long unreadable = read();
            List<String> expected = new ArrayList<>(keys(0, 50));
            expected.addAll(keys(0, 10));
            assertEquals(expected, seen, "into=" + into);
            assertTrue(unreadable <= 1);
        }
    }

    @Test
    void shouldFailWithPathWhenThereIsNoJournal() {
        BusException e = assertThrows(BusException.class, () -> JournalReader.open(folder.resolve("nowhere")));
        assertTrue(e.getMessage().contains("nowhere") && e.getMessage().contains("--journal"), e.getMessage());
    }

    @Test
    void shouldReadHistoryAtRandomAndAscendingSequences() throws Exception {
        write(1, BLOCKS);
        long[] fields = new long[7];
        SignalRecord signal = new SignalRecord();
        try (JournalHistory history = JournalHistory.of(folder)) {
            for (long sequence : new long[] {150, 151, 3, 199, 0, 77}) {
                assertEquals(SignalHistory.COPIED, history.read(JournalFixture.HISTORY, sequence, signal.fields()));
                assertEquals(sequence, signal.key());
            }
            assertEquals(SignalHistory.NOT_YET, history.read(JournalFixture.HISTORY, 200, fields));
            assertEquals(SignalHistory.NOT_YET, history.read(OTHER_HISTORY, 5, fields));
            assertArrayEquals(new long[7], fields);
        }
    }

    /** A seek uses one window, however many files the journal has. */
    @Test
    void shouldSeekInManyFilesWithoutMemoryPerFile() throws Exception {
        for (int segment = 1; segment <= MANY; segment++) {
            write(segment, 1);
        }
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();
        try (JournalHistory history = JournalHistory.of(folder)) {
            long before = direct.getCount();
            assertEquals(SignalHistory.COPIED, history.read(JournalFixture.HISTORY, 3, new long[7]));
            assertTrue(direct.getCount() - before < MANY / 2, () -> "before=" + before + " now=" + direct.getCount());
        }
    }

    @Test
    void shouldReportMissingHistoryAndWhereItContinues() throws Exception {
        try (JournalFixture fixture = new JournalFixture(folder, 1)) {
            fixture.signal(0, 1).gap(5).signal(6, 1).write();
        }
        SignalRecord signal = new SignalRecord();
        try (JournalHistory history = JournalHistory.of(folder)) {
            assertEquals(SignalHistory.COPIED, history.read(JournalFixture.HISTORY, 0, signal.fields()));
            assertEquals(SignalHistory.MISSING, history.read(JournalFixture.HISTORY, 1, signal.fields()));
            assertEquals(6, history.nextAfter(JournalFixture.HISTORY, 1));
            assertEquals(SignalHistory.COPIED, history.read(JournalFixture.HISTORY, 6, signal.fields()));
            assertEquals(6, signal.key());
        }
        read();
        assertEquals(List.of("0", "gap 1+5", "6"), seen);
        assertFalse(seen.isEmpty());
    }
}
