// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.platform.HostIdentity;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layout version 1 as it was written once: today's code reads it, and writes it to the byte. */
class GoldenSignalsTest {
    @TempDir
    Path folder;

    @Test
    void shouldWriteGoldenFileToTheByte() throws IOException {
        BusDirectory directory = BusDirectory.at(folder, "golden");
        GoldenSignals.write(directory);
        byte[] written = Files.readAllBytes(directory.signals());
        assertEquals(GoldenHex.format(GoldenSignals.read()), GoldenHex.format(written));
        assertArrayEquals(GoldenSignals.read(), written);
    }

    @Test
    void shouldReadHeaderOfGoldenFile() throws IOException {
        SignalsHeader header = golden().header();
        assertEquals(2, header.layoutVersion());
        assertEquals(4, header.slotCount());
        assertEquals(4352, header.fileLength());
        assertTrue(header.hasParking());
        assertEquals(0, header.baseSequence());
        assertEquals(0x0123_4567_89AB_CDEFL, header.historyId());
        assertEquals(new HostIdentity(java.util.UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                4_026_531_834L, -5_000_000_000L), header.host());
        assertEquals(1_767_225_600_000_000_000L, header.createdRealtimeNs());
        assertEquals(2, header.epoch());
        assertEquals(4711, header.publisher().pid());
        assertEquals(123_456, header.publisher().startTicks());
        assertEquals(4_026_531_836L, header.publisher().pidNamespace());
        assertEquals(1_000_000_000_000L, header.epochStartedNs());
        assertEquals(0, header.epochSequence());
        assertEquals(SignalsLayout.STATE_OPEN, header.state());
        assertEquals(1_000_100_000_000L, header.heartbeatNs());
        assertEquals(100_000_000L, header.heartbeatIntervalNs());
        assertEquals(3, header.publisherCpu());
        assertEquals(1_000_200_000_000L, header.nextDeadlineNs());
        assertEquals(1, header.wakeWord());
        assertEquals(6, header.nextSequence());
    }

    @Test
    void shouldReadSlotsOfGoldenFile() throws IOException {
        SignalsFile file = golden();
        SlotRing ring = file.ring();
        // Sequences 3, 4 and 5; 2 gave its slot to the half-written 6.
        String[] payloads = {"012345678", "0123456789AB", "01"};
        for (int i = 3; i < 6; i++) {
            assertEquals(SlotRing.COMMITTED, ring.state(i));
            SignalRecord signal = new SignalRecord();
            SignalSlots.copy(file.region(), ring.slotOffset(i), i, signal);
            assertEquals(1_000 + i, signal.signalId());
            assertEquals(-1L - i, signal.key());
            assertEquals(1_000_000_000_000L + 1_000L * i, signal.deadlineNs());
            assertEquals(1_000_000_000_500L + 1_000L * i, signal.publishedNs());
            assertEquals(65_280 + i, signal.owner());
            assertEquals(1 << i | 2, signal.flags());
            assertEquals(7 * i, signal.occurrence());
            assertEquals(11 * i, signal.missed());
            assertEquals(-13 * i, signal.generation());
            assertEquals(payloads[i - 3], new String(signal.payload(), StandardCharsets.US_ASCII));
        }
        assertNotEquals(SlotRing.COMMITTED, ring.state(2));
        assertEquals(SlotRing.OVERWRITTEN, ring.state(2));
        assertEquals(-7, ring.stamp(6));
    }

    @Test
    void shouldRecoverSequenceOfGoldenFile() throws IOException {
        BusDirectory directory = install();
        try (WritableBus bus = WritableBus.open(directory, SignalsOptions.defaults().withSlotCount(4))) {
            assertEquals(6, bus.nextSequence());
            assertEquals(3, bus.signals().header().epoch());
            // Of another boot: what it held last need not be all that was published.
            assertNotEquals(0x0123_4567_89AB_CDEFL, bus.signals().header().historyId());
        }
    }

    private SignalsFile golden() throws IOException {
        return SignalsFile.inspect(install());
    }

    private BusDirectory install() throws IOException {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "golden");
        BusFiles.createIfMissing(directory);
        Files.write(directory.signals(), GoldenSignals.read());
        return directory;
    }
}
