// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class DumpCommandTest {
    private static final int SLOTS = 16;
    private static final int MUTATIONS = 400;

    @TempDir
    private Path root;
    private Path file;

    @BeforeEach
    void publishMoreThanFits() {
        BusDirectory directory = BusDirectory.at(root, "b");
        try (SignalPublisher publisher =
                SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(SLOTS))) {
            for (int i = 0; i < SLOTS + 5; i++) {
                publisher.publish(new SignalRecord().signalId(i).key(-i).payload(new byte[] {(byte) i, 1}));
            }
        }
        file = directory.signals();
    }

    @Test
    void shouldShowTheHeaderByFieldAndOffset() throws IOException {
        Map<String, Object> dump = CliRun.of("dump", "b", "--dir", root, "--header", "--json").json();
        List<?> header = (List<?>) dump.get("header");
        assertEquals(HeaderField.ALL.size(), header.size());
        assertEquals(Map.of("name", "slotCount", "offset", 24, "length", 8, "value", SLOTS), header.get(5));
        assertEquals("this boot", dump.get("writtenBy"));
        assertEquals(0, dump.get("inconsistencies"));
        assertEquals(List.of(), dump.get("slots"));
    }

    @Test
    void shouldShowTheLatestSignalsAcrossTheRingsEnd() throws IOException {
        Map<String, Object> dump = CliRun.of("dump", "--file", file, "--last", "8", "--json").json();
        assertEquals(List.of(13, 14, 15, 16, 17, 18, 19, 20), sequences(dump));
        assertEquals(Map.of("slots", SLOTS, "committed", SLOTS, "writing", 0, "empty", 0), dump.get("slotStates"));
        assertEquals("1401", ((Map<?, ?>) ((List<?>) dump.get("slots")).get(7)).get("payload"));
    }

    @Test
    void shouldShowChosenSlots() throws IOException {
        Map<String, Object> dump = CliRun.of("dump", "--file", file, "--slots", "3..5", "--raw", "--json").json();
        assertEquals(List.of(19, 20, 5), sequences(dump));
        assertEquals(128, ((String) ((Map<?, ?>) ((List<?>) dump.get("slots")).get(0)).get("raw")).length());
    }

    @Test
    void shouldCallAnIntactFileConsistentInWordsToo() {
        CliRun run = CliRun.of("dump", "--file", file, "--raw");
        assertEquals(Tickbus.DONE, run.exitCode(), run.err());
        assertTrue(run.out().contains("consistent") && !run.out().contains("inconsistencies"), run.out());
        assertTrue(run.out().contains("TICKSIG1"), run.out());
    }

    @Test
    void shouldNameWhatIsMissing() {
        assertEquals(Tickbus.FAILED, CliRun.of("dump", "--file", root.resolve("no")).exitCode());
        assertEquals(Tickbus.FAILED, CliRun.of("dump", "--file", root).exitCode());
        CliRun run = CliRun.of("dump", "--dir", root, "--bus", "nobody");
        assertEquals(Tickbus.FAILED, run.exitCode());
        assertTrue(run.err().contains("there is no such file"), run.err());
    }

    @Test
    @Timeout(300)
    void shouldShowAndNeverChangeAnyMutatedFile() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] intact = Files.readAllBytes(file);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = mutate(intact, random);
            Files.write(file, mutated);
            CliRun json = CliRun.of("dump", "--file", file, "--raw", "--json");
            CliRun text = CliRun.of("dump", "--file", file, "--raw", "--slots", "0..999");
            String context = "seed=" + seed + " mutation=" + i + " " + json.err() + text.err();
            assertEquals(Tickbus.DONE, json.exitCode(), context);
            assertEquals(Tickbus.DONE, text.exitCode(), context);
            JSON.std.mapFrom(json.out());
            assertArrayEquals(mutated, Files.readAllBytes(file), context);
        }
    }

    /** Flips words where it hurts, most of all in the header's first lines; sometimes cuts or lengthens the file. */
    private static byte[] mutate(byte[] intact, Random random) {
        long[] nasty = {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, random.nextLong()};
        int length = random.nextInt(4) == 0 ? random.nextInt(intact.length + 200) : intact.length;
        byte[] bytes = java.util.Arrays.copyOf(intact, length);
        java.nio.ByteBuffer words = java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(6); i >= 0 && length >= Long.BYTES; i--) {
            int range = random.nextBoolean() ? Math.min(length, 640) : length;
            int offset = random.nextInt(Math.max(1, range / Long.BYTES)) * Long.BYTES;
            if (offset + Long.BYTES <= length) {
                words.putLong(offset, nasty[random.nextInt(nasty.length)]);
            }
        }
        return bytes;
    }

    private static List<?> sequences(Map<String, Object> dump) {
        return ((List<?>) dump.get("slots")).stream().map(slot -> ((Map<?, ?>) slot).get("sequence")).toList();
    }
}
