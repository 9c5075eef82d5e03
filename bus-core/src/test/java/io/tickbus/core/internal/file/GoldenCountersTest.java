// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.CounterUnit;
import io.tickbus.core.LateCause;
import io.tickbus.core.LateFiring;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.platform.ProcessIdentity;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layout version of {@code counters} as it was written once: today's code reads it, and writes it to the byte. */
class GoldenCountersTest {
    private static final String RESOURCE = "counters-v" + CountersLayout.VERSION + ".hex";
    private static final List<CounterDefinition> COUNTERS = List.of(
            new CounterDefinition(3, CounterUnit.EVENTS, "fired"),
            new CounterDefinition(70_000, CounterUnit.NUMBER, "48 characters, which is the most a label has: ab"),
            new CounterDefinition(5, CounterUnit.NANOSECONDS, "longest"),
            new CounterDefinition(6, CounterUnit.NANOSECONDS_TOTAL, "busy"),
            new CounterDefinition(-1, CounterUnit.CODE, "mode"));
    private static final List<HistogramDefinition> HISTOGRAMS = List.of(
            new HistogramDefinition(HistogramKind.LATENESS_BY_MODE, 2, "hybrid"),
            new HistogramDefinition(HistogramKind.LATENESS_BY_SIGNAL, CountersLayout.NOT_USED, "signal"),
            new HistogramDefinition(HistogramKind.WAKE_UP, 0, "40 characters, which is the most it has."));

    @TempDir
    Path folder;

    /** Writes the golden file: {@code main(folder for the bus, the resource to write)}. */
    public static void main(String[] args) throws IOException {
        GoldenHex.write(Path.of(args[1]), written(BusDirectory.at(Path.of(args[0]), "golden")));
    }

    private static byte[] written(BusDirectory directory) throws IOException {
        GoldenBus.open(directory, header -> {
            CountersFile counters = CountersFile.create(directory, header,
                    new CountersFile.Contents(COUNTERS, HISTOGRAMS, 4), null);
            for (int i = 0; i < COUNTERS.size(); i++) {
                counters.set(i, 1_000_000_000_000L * i);
                counters.add(i, 1 - 3L * i);
            }
            // In the buckets 0, 0, 15, 16, 17, 96 (twice) and the last.
            for (long latenessNs : new long[] {-1, 0, 15, 16, 17, 512, 543, 1L << 40}) {
                counters.histograms().get(0).record(latenessNs);
            }
            counters.histograms().get(1).claim(-42);
            counters.histograms().get(1).record(1_000_000);
            for (int i = 0; i < 6; i++) {
                counters.lateFirings().record(new SignalRecord().sequence(1_000 + i).deadlineNs(5_000_000 + i)
                        .publishedNs(6_000_000 + 2 * i).signalId(-42 - i).owner(65_244).generation(-52).flags(0x12),
                        LateCause.of(i), 3, 900_000 + i, -i);
            }
            NextTimers next = counters.nextTimers();
            for (int i = 0; i < 3; i++) {
                add(next, i, 3);
            }
            // A list that the daemon has begun to write.
            add(next, 0, 2);
        });
        return withoutProcess(Files.readAllBytes(directory.counters()));
    }

    private static void add(NextTimers next, int place, int count) {
        next.add(place, count, 7_000_000 + place, -7L - place, 8_000L * place, -9 - place, 65_244 + place);
    }

    /** The writer's process, which is another each time, in numbers that are not. */
    private static byte[] withoutProcess(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        ProcessIdentity self = ProcessIdentity.current();
        assertEquals(self.pid(), buffer.getLong(CountersLayout.PID));
        assertEquals(self.startTicks(), buffer.getLong(CountersLayout.START_TICKS));
        assertEquals(self.pidNamespace(), buffer.getLong(CountersLayout.PID_NAMESPACE));
        buffer.putLong(CountersLayout.PID, 4711).putLong(CountersLayout.START_TICKS, 123_456)
                .putLong(CountersLayout.PID_NAMESPACE, 4_026_531_836L);
        return bytes;
    }

    @Test
    void shouldWriteGoldenFileToTheByte() throws IOException {
        byte[] written = written(BusDirectory.at(folder, "golden"));
        assertEquals(GoldenHex.format(GoldenHex.read(GoldenCountersTest.class, RESOURCE)), GoldenHex.format(written));
        assertArrayEquals(GoldenHex.read(GoldenCountersTest.class, RESOURCE), written);
    }

    @Test
    void shouldReadCountersOfGoldenFile() throws IOException {
        CountersFile counters = golden();
        assertEquals(0x0123_4567_89AB_CDEFL, counters.historyId());
        assertEquals(7, counters.epoch());
        assertEquals(new ProcessIdentity(4711, 123_456, 4_026_531_836L), counters.daemon());
        assertEquals(5, counters.count());
        String[] texts = {"3 EVENTS fired", "70000 NUMBER 48 characters, which is the most a label has: ab",
            "5 NANOSECONDS longest", "6 NANOSECONDS_TOTAL busy", "-1 CODE mode"};
        for (int i = 0; i < 5; i++) {
            CounterDefinition counter = counters.definition(i);
            assertEquals(texts[i], counter.id() + " " + counter.unit() + " " + counter.label());
            assertEquals(1_000_000_000_000L * i + 1 - 3L * i, counters.value(i));
            assertEquals(i, counters.find(counter.id()));
        }
    }

    @Test
    void shouldReadHistogramOfGoldenFile() throws IOException {
        HistogramView lateness = golden().lateness();
        assertEquals(8, lateness.total());
        assertEquals(2, lateness.inBucket(0));
        assertEquals(1, lateness.inBucket(15));
        assertEquals(1, lateness.inBucket(16));
        assertEquals(1, lateness.inBucket(17));
        assertEquals(2, lateness.inBucket(96));
        assertEquals(1, lateness.inBucket(591));
        assertEquals(543, lateness.percentileNs(80));
    }

    @Test
    void shouldReadKeysOfGoldenFile() throws IOException {
        List<String> found = golden().histograms().stream().map(histogram -> histogram.kind() + " " + histogram.key()
                + " " + histogram.isUsed() + " " + histogram.label() + " " + histogram.total() + " "
                + histogram.sumNs()).toList();
        assertEquals(List.of("LATENESS_BY_MODE 2 true hybrid 8 1099511628879",
                "LATENESS_BY_SIGNAL -42 true signal 1 1000000",
                "WAKE_UP 0 true 40 characters, which is the most it has. 0 0"), found);
    }

    @Test
    void shouldReadLateFiringsOfGoldenFile() throws IOException {
        LateFiringReader reader = golden().lateFirings().reader();
        assertEquals(3, reader.overwritten());
        for (int i = 3; i < 6; i++) {
            assertEquals(new LateFiring(5_000_000 + i, 6_000_000 + 2 * i, 1_000 + i, -42 - i, LateCause.of(i), 3, 0x12,
                    65_244, -52, 900_000 + i, -i), reader.poll());
        }
        assertNull(reader.poll());
    }

    @Test
    void shouldReadTimersDueNextOfGoldenFile() throws IOException {
        assertEquals(List.of(new NextTimers.Timer(7_000_000, -7, 0, -9, 65_244),
                new NextTimers.Timer(7_000_001, -8, 8_000, -10, 65_245),
                new NextTimers.Timer(7_000_002, -9, 16_000, -11, 65_246)), golden().nextTimers().read());
    }

    private CountersFile golden() throws IOException {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "golden");
        BusFiles.createIfMissing(directory);
        Files.write(directory.counters(), GoldenHex.read(GoldenCountersTest.class, RESOURCE));
        return CountersFile.attach(directory);
    }
}
