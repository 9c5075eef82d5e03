// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.layout.ClientLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layout version 2 of a client's file as it was written once: today's code reads it, and writes it to the byte. */
class GoldenClientTest {
    private static final String RESOURCE = "client-v" + ClientLayout.VERSION + ".hex";
    private static final ClientIdentity CLIENT = new ClientIdentity(
            UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"), GoldenBus.HISTORY_ID, GoldenBus.EPOCH, 4711,
            "Pump_1.left-side", 4);
    private static final long DUE_NS = 1_000_000_000_000L;

    @TempDir
    Path folder;

    /** Writes the golden file: {@code main(folder for the bus, the resource to write)}. */
    public static void main(String[] args) throws IOException {
        GoldenHex.write(Path.of(args[1]), written(BusDirectory.at(Path.of(args[0]), "golden")));
    }

    /** Six commands in four slots, the first two of which the daemon had consumed. */
    private static byte[] written(BusDirectory directory) throws IOException {
        BusFiles.createIfMissing(directory);
        BusFiles.prepareClients(directory);
        ClientFile file = ClientFile.create(directory, CLIENT);
        SharedRegion consumed = SharedRegion.allocate(SlotRing.SLOT_LENGTH);
        SlotWriter writer = SlotWriter.refusing(file.ring(), 0, consumed, 0);
        for (int i = 0; i < 6; i++) {
            SlotWriter.releaseConsumed(consumed, 0, Math.min(i, 2));
            assertEquals(i, writer.write(command(i).fields()));
        }
        assertEquals(SlotWriter.FULL, writer.write(command(0).fields()));
        return Files.readAllBytes(path(directory));
    }

    private static Path path(BusDirectory directory) {
        return directory.clients().resolve("00112233-4455-6677-8899-aabbccddeeff");
    }

    private static TimerCommand command(int i) {
        TimerCommand command = new TimerCommand();
        return switch (i) {
            case 2 -> command.arm(-3, 42, DUE_NS);
            case 3 -> command.armAt(-4, -43, DUE_NS).periodNs(50_000).misfire(MisfirePolicy.FIRE_ALL, 1_000)
                    .graceUs(0xFFFF_FFFEL).payload(0x0807_0605_0403_0201L, 0x0C0B_0A09, 12).generation(0x0E0D)
                    .durability(Durability.DISK);
            case 4 -> command.reset(2, -5).flags(0x02).payload(300, 0, 8);
            default -> command.reset(i, i);
        };
    }

    @Test
    void shouldWriteGoldenFileToTheByte() throws IOException {
        byte[] written = written(BusDirectory.at(folder, "golden"));
        assertEquals(GoldenHex.format(GoldenHex.read(GoldenClientTest.class, RESOURCE)), GoldenHex.format(written));
        assertArrayEquals(GoldenHex.read(GoldenClientTest.class, RESOURCE), written);
    }

    @Test
    void shouldReadCommandsOfGoldenFile() throws IOException {
        ClientFile file = golden();
        assertEquals(SlotRing.OVERWRITTEN, file.ring().state(1));
        assertEquals("command type=1 key=-3 signalId=42 deadlineNs=1000000000000 periodNs=0 flags=0 misfire=0 "
                + "graceUs=1000 catchUpCap=0 payloadLength=0 generation=0", read(file, 2).toString());
        TimerCommand arm = read(file, 3);
        assertEquals("command type=1 key=-4 signalId=-43 deadlineNs=1000000000000 periodNs=50000 flags=24 "
                + "misfire=2 graceUs=4294967294 catchUpCap=1000 payloadLength=12 generation=3597", arm.toString());
        assertEquals(0x0807_0605_0403_0201L, arm.payloadLow());
        assertEquals(0x0C0B_0A09, arm.payloadHigh());
        assertEquals("command type=2 key=-5 signalId=0 deadlineNs=0 periodNs=0 flags=2 misfire=0 graceUs=0 "
                + "catchUpCap=0 payloadLength=8 generation=0", read(file, 4).toString());
        assertEquals(300, read(file, 4).payloadLow());
        assertEquals("command type=5 key=5 signalId=0 deadlineNs=0 periodNs=0 flags=0 misfire=0 graceUs=0 "
                + "catchUpCap=0 payloadLength=0 generation=0", read(file, 5).toString());
    }

    private static TimerCommand read(ClientFile file, long sequence) {
        TimerCommand command = new TimerCommand();
        assertEquals(SlotRing.COMMITTED, file.ring().read(sequence, command.fields()));
        return command;
    }

    private ClientFile golden() throws IOException {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "golden");
        BusFiles.createIfMissing(directory);
        BusFiles.prepareClients(directory);
        Files.write(path(directory), GoldenHex.read(GoldenClientTest.class, RESOURCE));
        return ClientFile.open(directory, CLIENT);
    }
}
