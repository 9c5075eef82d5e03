// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What goes into a message comes out of it. */
class FrameTest {
    private final FrameWriter writer = new FrameWriter(1376);
    private final List<String> read = new ArrayList<>();

    /** Describes the entries. */
    private final class Entries implements FrameReader.Entries {
        private final SignalRecord signal = new SignalRecord();

        @Override
        public long[] fieldsFor(long sequence) {
            return signal.fields();
        }

        @Override
        public void onSignal(long sequence) {
            read.add(signal.sequence(sequence).toString());
        }

        @Override
        public void onRun(long kind, long first, long count) {
            read.add((kind == RelayFrames.LOST ? "lost " : "absent ") + first + "+" + count);
        }
    }

    @Test
    void shouldReadWhatWasWrittenWhenEntriesAreRandom() {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            List<String> written = new ArrayList<>();
            long sequence = random.nextLong(Long.MAX_VALUE / 2);
            writer.begin(1, 2, sequence);
            while (writer.room() > 0) {
                if (random.nextInt(4) == 0) {
                    long count = 1 + random.nextLong(1L << 40);
                    writer.run(RelayFrames.LOST, count);
                    written.add("lost " + sequence + "+" + count);
                    sequence += count;
                }
                SignalRecord signal = randomSignal(random);
                writer.signal(signal.fields());
                written.add(signal.sequence(sequence++).toString());
            }
            assertTrue(writer.length() <= 1376 - 2 * RelayFrames.RUN_LENGTH);
            read.clear();
            FrameReader.read(writer.buffer(), 0, writer.length(), new Entries());
            assertEquals(written, read, () -> "seed=" + seed);
        }
    }

    private static SignalRecord randomSignal(SplittableRandom random) {
        SignalRecord signal = new SignalRecord().signalId(random.nextInt()).key(random.nextLong())
                .publishedNs(random.nextLong(Long.MAX_VALUE)).deadlineNs(random.nextLong())
                .owner(random.nextInt(65_536)).generation(random.nextInt()).occurrence(random.nextInt(), 0);
        if (random.nextBoolean()) {
            signal.payload(new byte[random.nextInt(1, 13)]);
        }
        if (random.nextBoolean()) {
            signal.flags(SignalRecordLayout.FLAG_COALESCED).occurrence(3, random.nextInt(1 << 20));
        }
        return signal;
    }

    @Test
    void shouldMergeRunsWhenTheyAreAlike() {
        writer.begin(1, 2, 10);
        writer.run(RelayFrames.ABSENT, 5);
        writer.run(RelayFrames.ABSENT, 7);
        writer.run(RelayFrames.LOST, 1);
        writer.run(RelayFrames.ABSENT, 2);
        FrameReader.read(writer.buffer(), 0, writer.length(), new Entries());
        assertEquals(List.of("absent 10+12", "lost 22+1", "absent 23+2"), read);
    }

    @Test
    void shouldStopWhenMessageMakesNoSense() {
        for (int end = 0; end < 100; end++) {
            writer.begin(1, 2, 10);
            writer.signal(new SignalRecord().payload(4711).fields());
            writer.run(RelayFrames.LOST, 0);
            writer.signal(new SignalRecord().fields());
            FrameReader.read(writer.buffer(), 0, Math.min(end, writer.length()), new Entries());
        }
        assertEquals(100 - RelayFrames.ENTRIES - RelayFrames.LONG_RECORD, read.size());
    }
}
