// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static io.tickbus.core.internal.file.BusFixture.put;
import static io.tickbus.core.internal.file.BusFixture.resize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.layout.CountersLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountersFileTest {
    private static final int HISTOGRAM = 64 + 592 * 8;
    private static final int LENGTH = 4096 + 3 * 64 + 2 * HISTOGRAM + 4 * 64 + 1024;
    private static final List<CounterDefinition> COUNTERS = List.of(
            new CounterDefinition(11, CounterUnit.EVENTS, "firings"),
            new CounterDefinition(7, CounterUnit.NANOSECONDS, "guard"),
            new CounterDefinition(9, CounterUnit.NUMBER, "x".repeat(48)));
    private static final CountersFile.Contents CONTENTS = new CountersFile.Contents(COUNTERS, List.of(
            new HistogramDefinition(HistogramKind.LATENESS_BY_MODE, 3, "park"),
            new HistogramDefinition(HistogramKind.LATENESS_BY_SIGNAL, CountersLayout.NOT_USED, "signal")), 4);

    @TempDir
    Path folder;

    private BusDirectory directory;
    private WritableBus bus;
    private CountersFile written;

    @BeforeEach
    void createBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        bus = WritableBus.open(directory, BusFixture.SMALL);
        written = create(null);
    }

    private CountersFile create(String group) {
        return CountersFile.create(directory, bus.signals().header(), CONTENTS, group);
    }

    @AfterEach
    void close() {
        bus.close();
    }

    @Test
    void shouldShowEachCounterToAReaderThatKnowsNoneOfThem() {
        written.set(0, 5);
        written.add(0, 2);
        written.set(1, -1);
        written.add(2, Long.MAX_VALUE);
        CountersFile read = CountersFile.attach(directory);
        assertEquals(3, read.count());
        for (int i = 0; i < read.count(); i++) {
            assertEquals(COUNTERS.get(i), read.definition(i));
        }
        assertEquals(List.of(7L, -1L, Long.MAX_VALUE), List.of(read.value(0), read.value(1), read.value(2)));
        written.add(0, -3);
        assertEquals(4, read.value(0));
        assertEquals(1, read.find(7));
        assertEquals(-1, read.find(8));
    }

    @Test
    void shouldKeepItsThreeLinesOfIdentity() {
        CountersFile read = CountersFile.attach(directory);
        assertEquals(bus.signals().header().historyId(), read.historyId());
        assertEquals(1, read.epoch());
        assertEquals(ProcessHandle.current().pid(), read.daemon().pid());
        assertEquals(LENGTH, BusFixture.bytes(directory.counters()).length);
        assertEquals("rw-------", BusFixture.mode(directory.counters()));
    }

    @Test
    void shouldBelongToItsDaemonOnly() {
        assertTrue(CountersFile.attach(directory).belongsTo(bus.signals().header()));
        bus.close();
        bus = WritableBus.open(directory, BusFixture.SMALL);
        assertFalse(CountersFile.attach(directory).belongsTo(bus.signals().header()));
        CountersFile former = CountersFile.attach(directory);
        written = create(null);
        written.set(0, 1);
        assertTrue(CountersFile.attach(directory).belongsTo(bus.signals().header()));
        assertEquals(0, former.value(0), "the former file was changed");
    }

    @Test
    void shouldRefuseStoresOfAReader() {
        CountersFile read = CountersFile.attach(directory);
        assertThrows(UnsupportedOperationException.class, () -> read.set(0, 1));
        assertThrows(UnsupportedOperationException.class, () -> read.histograms().get(0).record(1));
    }

    @Test
    void shouldRefuseCountersThatAreNotThere() {
        for (int counter : new int[] {-1, 3, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> written.set(counter, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> written.value(counter));
            assertThrows(IndexOutOfBoundsException.class, () -> written.definition(counter));
        }
    }

    @Test
    void shouldRefuseLabelsThatDoNotFit() {
        for (String label : new String[] {"", "x".repeat(49), "né", "a\u001bb", "a\nb"}) {
            assertThrows(IllegalArgumentException.class, () -> new CounterDefinition(1, CounterUnit.EVENTS, label));
        }
        assertThrows(IllegalArgumentException.class,
                () -> new HistogramDefinition(HistogramKind.HICCUP, 0, "x".repeat(41)));
    }

    @Test
    void shouldRefuseContentsThatNoFileCanHave() {
        for (int lateSlots : new int[] {0, 1, 3, -4, 1 << 17}) {
            assertThrows(IllegalArgumentException.class,
                    () -> new CountersFile.Contents(COUNTERS, List.of(), lateSlots));
        }
        assertThrows(IllegalArgumentException.class, () -> new CountersFile.Contents(List.of(), List.of(), 2));
    }

    @Test
    void shouldPrintNothingHarmfulWhenALabelIsCorrupt() {
        put(directory.counters(), 4096 + 16, 0x0041_071B_5D30_3B41L);
        put(directory.counters(), 4096 + 12, 99);
        put(directory.counters(), 4096 + 64 + 16, 0);
        CountersFile read = CountersFile.attach(directory);
        assertEquals(new CounterDefinition(11, CounterUnit.NUMBER, "A;0]??A"), read.definition(0));
        assertEquals("?", read.definition(1).label());
    }

    @Test
    void shouldGiveTheGroupItsMode() throws IOException {
        String own = BusFixture.groupOf(directory.counters());
        create(own);
        assertEquals("rw-r-----", BusFixture.mode(directory.counters()));
        assertFails(Reason.SYSTEM, () -> create("no-such-group-here"));
        try (var files = Files.list(directory.path())) {
            assertEquals(List.of("counters", "doorbell", "lock", "signals"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void shouldGoWithTheBus() {
        bus.close();
        directory.delete();
        assertFalse(Files.exists(directory.path()));
    }

    @Test
    void shouldServeWithoutAFile() {
        CountersFile memory = CountersFile.inMemory(CONTENTS);
        memory.add(2, 3);
        memory.histograms().get(0).record(100);
        assertEquals(3, memory.value(2));
        assertEquals(1, memory.lateness().total());
        assertEquals("guard", memory.definition(1).label());
    }

    @Test
    void shouldSayWhatDiffersInTheHeader() throws IOException {
        assertRefused(Reason.WRONG_MAGIC, 0, 0x1122_3344_5566_7788L, "magic=0x1122334455667788");
        assertRefused(Reason.WRONG_MAGIC, 0, 0L, "magic=0x0");
        assertRefused(Reason.WRONG_MAGIC, 0, 0x3147_4953_4B43_4954L, "not a counters file");
        assertRefused(Reason.WRONG_BYTE_ORDER, 0, Long.reverseBytes(0x3154_4E43_4B43_4954L), "little-endian");
        assertRefused(Reason.WRONG_BYTE_ORDER, 12, 0x0D0C_0B0A, "byteOrder=0xd0c0b0a");
        assertRefused(Reason.WRONG_VERSION, 8, 2, "layoutVersion=2 expected=4");
        assertRefused(Reason.WRONG_RECORD_SIZE, 16, 8192, "headerBytes=8192");
        assertRefused(Reason.WRONG_RECORD_SIZE, 20, 128, "recordBytes=128");
        assertRefused(Reason.WRONG_RECORD_SIZE, 40, 593, "buckets=593");
        assertRefused(Reason.WRONG_RECORD_SIZE, 44, 32, "bucketsPerPower=32");
        for (long count : new long[] {0, -1, 1025, 1L << 32 | 3, Long.MIN_VALUE}) {
            assertRefused(Reason.CORRUPT, 24, count, "counterCount=" + count);
        }
        for (int histograms : new int[] {-1, 1025, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertRefused(Reason.CORRUPT, 48, histograms, "histogramCount=" + histograms);
        }
        for (int slots : new int[] {0, -1, 3, 1 << 17, Integer.MIN_VALUE}) {
            assertRefused(Reason.CORRUPT, 52, slots, "lateSlots=" + slots);
        }
        assertRefused(Reason.WRONG_LENGTH, 48, 3, "need " + (LENGTH + HISTOGRAM));
        assertRefused(Reason.WRONG_LENGTH, 52, 8, "need " + (LENGTH + 4 * 64));
        assertRefused(Reason.WRONG_LENGTH, 24, 4L, "4 slots need");
        assertRefused(Reason.WRONG_LENGTH, 32, LENGTH - 1L, "states " + (LENGTH - 1));
    }

    private void assertRefused(Reason reason, int offset, long value, String found) throws IOException {
        byte[] sound = Files.readAllBytes(directory.counters());
        if (offset == 0 || offset == 24 || offset == 32) {
            put(directory.counters(), offset, value);
        } else {
            put(directory.counters(), offset, (int) value);
        }
        BusException e = assertFails(reason, () -> CountersFile.attach(directory));
        assertTrue(e.getMessage().contains(found), e.getMessage());
        assertTrue(e.getMessage().startsWith(directory.counters() + ": "), e.getMessage());
        Files.write(directory.counters(), sound);
    }

    @Test
    void shouldRefuseOtherLengths() {
        for (int length : new int[] {LENGTH + 1, LENGTH - 1, 4096, 4095, 8, 0}) {
            resize(directory.counters(), length);
            BusException e = assertFails(Reason.WRONG_LENGTH, () -> CountersFile.attach(directory));
            assertTrue(e.getMessage().contains("has " + length + " bytes"), e.getMessage());
        }
    }

    @Test
    void shouldRefuseLinksAndMissingFiles() throws IOException {
        Path moved = Files.move(directory.counters(), folder.resolve("elsewhere"));
        assertFails(Reason.NOT_FOUND, () -> CountersFile.attach(directory));
        Files.createSymbolicLink(directory.counters(), moved);
        assertFails(Reason.NOT_A_FILE, () -> CountersFile.attach(directory));
    }

    /** Whatever the header contains, attaching either refuses it with a sentence or returns something readable. */
    @Test
    void shouldNeverFailOtherwiseWhenTheHeaderIsMutated() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("CountersFileTest -Dseed=" + seed);
        Random random = new Random(seed);
        byte[] sound = Files.readAllBytes(directory.counters());
        for (int i = 0; i < 200; i++) {
            byte[] mutated = sound.clone();
            for (int change = 1 + random.nextInt(3); change > 0; change--) {
                int area = random.nextBoolean() ? 56 : mutated.length;
                mutated[random.nextInt(area)] = (byte) random.nextInt(256);
            }
            for (int at = LENGTH - 4 * 64 + 7; at < LENGTH; at += 64) {
                mutated[at] = (byte) random.nextInt(256);
            }
            Files.write(directory.counters(), mutated);
            try {
                CountersFile read = CountersFile.attach(directory);
                for (int counter = 0; counter < read.count(); counter++) {
                    assertTrue(read.definition(counter).label().matches("[ -~]{1,48}"), "-Dseed=" + seed);
                }
                read.belongsTo(bus.signals().header());
                for (DurationHistogram histogram : read.histograms()) {
                    assertTrue(histogram.label().matches("[ -~]{1,40}"), "-Dseed=" + seed);
                    histogram.kind();
                }
                assertTrue(read.lateness().percentileNs(50) >= HistogramView.NONE);
                assertTrue(read.lateFirings().readAll().size() <= 4);
            } catch (BusException e) {
                assertTrue(e.reason() != Reason.SYSTEM, e.getMessage() + " -Dseed=" + seed);
            }
        }
    }
}
