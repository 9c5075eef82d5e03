// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.internal.platform.ProcessIdentity;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A small {@code signals} file with nothing accidental in it; see {@link GoldenHex} for its text form. */
final class GoldenSignals {
    static final int SLOTS = 4;
    static final int COMMITTED = 6;
    static final UUID BOOT_ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    static final long HISTORY_ID = 0x0123_4567_89AB_CDEFL;
    static final long TIME_NAMESPACE = 4_026_531_834L;
    static final long MONOTONIC_OFFSET_NS = -5_000_000_000L;
    static final long CREATED_REALTIME_NS = 1_767_225_600_000_000_000L;
    static final ProcessIdentity PUBLISHER = new ProcessIdentity(4711, 123_456, 4_026_531_836L);
    static final long STARTED_NS = 1_000_000_000_000L;
    static final long HEARTBEAT_NS = 1_000_100_000_000L;
    static final long HEARTBEAT_INTERVAL_NS = 100_000_000L;
    static final long NEXT_DEADLINE_NS = 1_000_200_000_000L;
    static final int PUBLISHER_CPU = 3;

    private static final String RESOURCE = "signals-v" + SignalsLayout.VERSION + ".hex";

    private GoldenSignals() {
    }

    /** Writes the golden file: {@code main(folder for the bus, the resource to write)}. */
    public static void main(String[] args) throws IOException {
        BusDirectory directory = BusDirectory.at(Path.of(args[0]), "golden");
        write(directory);
        GoldenHex.write(Path.of(args[1]), Files.readAllBytes(directory.signals()));
        directory.delete();
    }

    /** The same content through the code of today: six signals in four slots, and a seventh half-written. */
    static void write(BusDirectory directory) {
        SignalsOptions options =
                SignalsOptions.defaults().withSlotCount(SLOTS).withHeartbeatIntervalNs(HEARTBEAT_INTERVAL_NS);
        try (WritableBus bus = WritableBus.open(directory, options)) {
            SharedRegion region = bus.signals().region();
            SignalsHeader header = bus.signals().header();
            header.beginEpoch(PUBLISHER, 0, STARTED_NS, HEARTBEAT_INTERVAL_NS);
            SlotWriter writer = SlotWriter.overwriting(bus.signals().ring(), 0);
            for (int i = 0; i < COMMITTED; i++) {
                int offset = writer.claim();
                SignalSlots.write(signal(i), region, offset);
                header.putNextSequence(writer.commit(offset) + 1);
            }
            SignalSlots.write(signal(COMMITTED), region, writer.claim());
            header.putHeartbeatNs(HEARTBEAT_NS);
            header.putNextDeadlineNs(NEXT_DEADLINE_NS);
            header.putPublisherCpu(PUBLISHER_CPU);
            header.raiseWakeWord();
            // What depends on the host and on chance.
            region.putLong(SignalsLayout.HISTORY_ID, HISTORY_ID);
            region.putLong(SignalsLayout.BOOT_ID, Long.reverseBytes(BOOT_ID.getMostSignificantBits()));
            region.putLong(SignalsLayout.BOOT_ID + Long.BYTES, Long.reverseBytes(BOOT_ID.getLeastSignificantBits()));
            region.putLong(SignalsLayout.TIME_NAMESPACE, TIME_NAMESPACE);
            region.putLong(SignalsLayout.MONOTONIC_OFFSET_NS, MONOTONIC_OFFSET_NS);
            region.putLong(SignalsLayout.CREATED_REALTIME_NS, CREATED_REALTIME_NS);
        }
    }

    static SignalRecord signal(int i) {
        byte[] payload = "0123456789AB".substring(0, 3 * i % 13).getBytes(StandardCharsets.US_ASCII);
        return new SignalRecord().signalId(1_000 + i).key(-1L - i).deadlineNs(STARTED_NS + 1_000L * i)
                .publishedNs(STARTED_NS + 1_000L * i + 500).owner(0xFF00 + i).flags(1 << i | 2)
                .occurrence(7 * i, 11 * i).generation(-13 * i)
                .payload(payload);
    }

    /** The golden file's bytes. */
    static byte[] read() throws IOException {
        return GoldenHex.read(GoldenSignals.class, RESOURCE);
    }
}
