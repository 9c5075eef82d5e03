// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.WritableBus;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layout version 2 of {@code intents}: the current code reads the golden file and writes it byte by byte. */
class GoldenIntentsTest {
    private static final String RESOURCE = "intents-v" + IntentsLayout.VERSION + ".hex";
    private static final int SLOTS = 4;
    private static final long FIRST_TICKET = 40;

    @TempDir
    Path folder;

    /** Writes the golden file: {@code main(folder for the bus, the resource to write)}. */
    public static void main(String[] args) throws IOException {
        GoldenHex.write(Path.of(args[1]), written(BusDirectory.at(Path.of(args[0]), "golden")));
    }

    /** Six entries in four slots, two of which are already in the journal. */
    private static byte[] written(BusDirectory directory) throws IOException {
        try (WritableBus bus = WritableBus.open(directory, SignalsOptions.defaults().withSlotCount(2))) {
            SharedRegion region = bus.signals().region();
            region.putLong(SignalsLayout.HISTORY_ID, GoldenBlock.HISTORY_ID);
            region.putLong(SignalsLayout.EPOCH, 7);
            WriteAheadRing ring =
                    WriteAheadRing.create(directory, bus.signals().header(), 0x7766_5544_3322_1100L, SLOTS);
            ring.begin(FIRST_TICKET, FIRST_TICKET);
            ring.clock(GoldenBlock.CLOCK);
            for (int i = 0; i < 6; i++) {
                Entry entry = GoldenBlock.entry(i);
                int words = i == 5 ? 1 : IntentsLayout.BODY_WORDS;
                assertEquals(FIRST_TICKET + i,
                        ring.append(entry.header, entry.nextSequence, entry.nowNs, entry.body, words));
                ring.release(FIRST_TICKET + Math.min(i, 2));
            }
        }
        return Files.readAllBytes(directory.intents());
    }

    @Test
    void shouldWriteGoldenFileToTheByte() throws IOException {
        byte[] written = written(BusDirectory.at(folder, "golden"));
        assertEquals(GoldenHex.format(GoldenHex.read(GoldenIntentsTest.class, RESOURCE)), GoldenHex.format(written));
        assertArrayEquals(GoldenHex.read(GoldenIntentsTest.class, RESOURCE), written);
    }

    @Test
    void shouldReadGoldenFile() throws IOException {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "golden");
        BusFiles.createIfMissing(directory);
        Files.write(directory.intents(), GoldenHex.read(GoldenIntentsTest.class, RESOURCE));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(directory.intents())).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x0123_4567_89AB_CDEFL, bytes.getLong(64));
        assertEquals(7, bytes.getLong(72));
        assertEquals(42, bytes.getLong(256));
        WriteAheadRing ring = WriteAheadRing.attachIfPresent(directory);
        assertEquals(0x7766_5544_3322_1100L, ring.journalId());
        assertEquals(4, ring.slotCount());
        assertFalse(ring.isCommitted(41));
        assertFalse(ring.isCommitted(46));
        Entry entry = new Entry();
        for (int i = 2; i < 6; i++) {
            assertTrue(ring.isCommitted(40 + i));
            assertEquals(40 + i, ring.ticketAt(i % 4));
            ring.copy(40 + i, entry);
            assertEquals(40 + i, entry.ticket());
            // Kind, owner and user in the header word.
            assertEquals((4 + i) | ((65_500L + i) << 16) | ((1_000L + i) << 32), entry.header);
            assertEquals(200 + i, entry.nextSequence);
            assertEquals(1_000_000_000_000L + i, entry.nowNs);
            assertEquals(new JournalClock(0x0011_2233_4455_6676L, -5, 1_700_000_000_000_000_000L), entry.clock);
            for (int word = 0; word < 9; word++) {
                assertEquals(i == 5 && word > 0 ? 0 : 10L * i - word, entry.body()[word]);
            }
        }
    }
}
