// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file written byte by byte here, so that the reading does not depend on our own writer. */
final class GoldenDumpTest {
    @TempDir
    private Path folder;

    private static ByteBuffer golden() {
        ByteBuffer file = ByteBuffer.allocate(4096 + 4 * 64).order(ByteOrder.LITTLE_ENDIAN);
        file.put(0, "TICKSIG1".getBytes(StandardCharsets.US_ASCII));
        file.putInt(8, 2).putInt(12, 0x0A0B0C0D).putInt(16, 4096).putInt(20, 64).putLong(24, 4).putLong(32, 4352);
        file.putInt(40, 1).putInt(44, 1).putLong(48, 0).putLong(56, 0x1234);
        file.put(64, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
        file.putLong(128, 3).putLong(136, 4711).putLong(168, 0).putInt(176, 2).putLong(192, 99);
        file.putLong(200, 100_000_000).putInt(208, -1).putLong(256, Long.MAX_VALUE).putLong(512, 2);
        file.putLong(4096, 1).putLong(4104, 1000).putLong(4112, 900).putLong(4120, -5).putInt(4128, 42);
        file.put(4134, (byte) 0x13).put(4135, (byte) 2).putInt(4136, 6).putInt(4140, -8).putShort(4144, (short) 0x0201)
                .putInt(4156, 7);
        // What an earlier lap left in a word that only COALESCED makes count.
        file.putInt(4220, 99);
        file.putLong(4160, 2).putLong(4168, 2000).putLong(4176, 2000);
        file.putLong(4224, -3);
        return file;
    }

    private Map<String, Object> dump(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.capacity()];
        bytes.get(0, copy);
        Path file = Files.write(folder.resolve("signals"), copy);
        return CliRun.of("dump", "--file", file, "--slots", "0..3", "--json").json();
    }

    @Test
    void shouldDecodeEveryFieldAndSlotState() throws IOException {
        Map<String, Object> dump = dump(golden());
        assertEquals(0, dump.get("inconsistencies"), () -> String.valueOf(dump.get("findings")));
        assertEquals("another boot or another host", dump.get("writtenBy"));
        List<?> header = (List<?>) dump.get("header");
        assertTrue(header.contains(Map.of("name", "bootId", "offset", 64, "length", 16, "value",
                "00010203-0405-0607-0809-0a0b0c0d0e0f")), header.toString());
        List<?> slots = (List<?>) dump.get("slots");
        assertEquals(List.of("committed", "committed", "writing", "empty"),
                slots.stream().map(slot -> ((Map<?, ?>) slot).get("state")).toList());
        Map<?, ?> first = (Map<?, ?>) slots.get(0);
        assertEquals(List.of("LATE", "COALESCED", "LAST"), first.get("flags"));
        assertEquals("0102", first.get("payload"));
        assertEquals(4_294_967_288L, first.get("generation"));
        assertEquals(0, ((Map<?, ?>) slots.get(1)).get("missed"));
        assertEquals(List.of(0, "-5", 42, 6, 7), List.of(first.get("sequence"), first.get("key"), first.get("signalId"),
                first.get("occurrence"), first.get("missed")));
    }

    @Test
    void shouldFlagWhatContradictsItself() throws IOException {
        ByteBuffer bytes = golden();
        bytes.putLong(SignalsLayout.NEXT_SEQUENCE, 100);
        bytes.putInt(SignalsLayout.STATE, 9);
        bytes.put(4096 + 64 + SignalRecordLayout.PAYLOAD_LENGTH, (byte) 200);
        String findings = String.valueOf(dump(bytes).get("findings"));
        assertTrue(findings.contains("nextSequence is 100, but the newest slot has sequence 1"), findings);
        assertTrue(findings.contains("state is 9"), findings);
        assertTrue(findings.contains("slot 1: payloadLength is 200"), findings);
        assertTrue(findings.contains("slot 3: is empty, although the ring has been full"), findings);
    }
}
