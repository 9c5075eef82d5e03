// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random publishing, polling, lapping and dying against models that a child could check. */
@Timeout(120)
class SlotRingPropertyTest {
    private static final int RUNS = 200;
    private static final int STEPS = 4_000;
    private static final int CONSUMED = 0;
    private static final int HEADER = 64;
    private static final int SLOT_LENGTH = 64;

    private final long seed = Long.getLong("seed", System.nanoTime());

    @Test
    void shouldBehaveAsModelWhenOverwriting() {
        System.out.println("SlotRingPropertyTest overwrite -Dseed=" + seed);
        Random random = new Random(seed);
        for (int run = 0; run < RUNS; run++) {
            new OverwriteRun(random).steps();
        }
    }

    @Test
    void shouldBehaveAsQueueWhenRefusing() {
        System.out.println("SlotRingPropertyTest refuse -Dseed=" + seed);
        Random random = new Random(seed);
        for (int run = 0; run < RUNS; run++) {
            refuse(random);
        }
    }

    private void refuse(Random random) {
        int slots = 2 << random.nextInt(5);
        SharedRegion region = SharedRegion.allocate(HEADER + slots * SLOT_LENGTH);
        SlotRing ring = new SlotRing(region, HEADER, slots);
        SlotWriter writer = SlotWriter.refusing(ring, 0, region, CONSUMED);
        Queue<Long> model = new ArrayDeque<>();
        long[] fields = new long[SlotRing.FIELD_COUNT];
        long readSequence = 0;
        for (int step = 0; step < STEPS; step++) {
            if (random.nextBoolean()) {
                fill(fields, random.nextLong());
                long sequence = writer.write(fields);
                assertEquals(model.size() == slots ? SlotWriter.FULL : readSequence + model.size(), sequence, why());
                if (sequence != SlotWriter.FULL) {
                    model.add(fields[0]);
                }
            } else {
                assertEquals(model.isEmpty() ? SlotRing.NOT_YET : SlotRing.COMMITTED, ring.read(readSequence, fields),
                        why());
                if (!model.isEmpty()) {
                    assertFilled(model.remove(), fields);
                    readSequence++;
                    SlotWriter.releaseConsumed(region, CONSUMED, readSequence);
                }
            }
        }
    }

    private static void fill(long[] fields, long value) {
        for (int i = 0; i < fields.length; i++) {
            fields[i] = value + i;
        }
    }

    private void assertFilled(long value, long[] fields) {
        for (int i = 0; i < fields.length; i++) {
            assertEquals(value + i, fields[i], why());
        }
    }

    private String why() {
        return "-Dseed=" + seed;
    }

    /** The model: the next sequence, whether it is half-written, and a table of what was published. */
    private final class OverwriteRun {
        private final Random random;
        private final int slots;
        private final long base;
        private final SharedRegion region;
        private final SlotRing ring;
        private final long[] published = new long[STEPS * 16];
        private final long[] fields = new long[SlotRing.FIELD_COUNT];
        private SlotWriter writer;
        private long next;
        private boolean isHalfWritten;
        private long readSequence;
        private long received;
        private long lost;

        OverwriteRun(Random random) {
            this.random = random;
            slots = 2 << random.nextInt(5);
            base = random.nextBoolean() ? 0 : random.nextInt(1_000_000);
            region = SharedRegion.allocate(HEADER + slots * SLOT_LENGTH);
            ring = new SlotRing(region, HEADER, slots);
            writer = SlotWriter.overwriting(ring, base);
            next = base;
            readSequence = base;
        }

        void steps() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> publish(1);
                    case 3 -> publish(random.nextInt(2 * slots) % 15);
                    case 4 -> begin();
                    case 5 -> dieAndRecover();
                    default -> read(random.nextInt(8));
                }
                checkAnswers(next - slots - 2 + random.nextInt(2 * slots + 4));
            }
            publish(0);
            read(Integer.MAX_VALUE);
            assertEquals(next - base, received + lost, why());
        }

        private void publish(int count) {
            for (int i = 0; i < count; i++) {
                fill(fields, random.nextLong());
                published[(int) (next - base)] = fields[0];
                assertEquals(next, writer.write(fields), why());
                next++;
                isHalfWritten = false;
            }
        }

        private void begin() {
            region.putLong(writer.claim() + Long.BYTES, random.nextLong());
            isHalfWritten = true;
        }

        private void dieAndRecover() {
            assertEquals(next, ring.recover(base), why());
            writer = SlotWriter.overwriting(ring, next);
        }

        private void read(int limit) {
            for (int i = 0; i < limit; i++) {
                int outcome = ring.read(readSequence, fields);
                if (outcome == SlotRing.COMMITTED) {
                    assertFilled(published[(int) (readSequence - base)], fields);
                    readSequence++;
                    received++;
                } else if (outcome == SlotRing.OVERWRITTEN) {
                    long goOnAt = ring.oldestReadable(base, next);
                    assertEquals(true, goOnAt > readSequence, why());
                    lost += goOnAt - readSequence;
                    readSequence = goOnAt;
                } else {
                    assertEquals(next, readSequence, why());
                    return;
                }
            }
        }

        private void checkAnswers(long sequence) {
            if (sequence < base) {
                return;
            }
            long begun = isHalfWritten ? next + 1 : next;
            boolean isOverwritten = sequence + slots < begun;
            boolean isThere = sequence < next && !isOverwritten;
            int expected = isThere ? SlotRing.COMMITTED : isOverwritten ? SlotRing.OVERWRITTEN : SlotRing.NOT_YET;
            assertEquals(expected, ring.state(sequence), why());
            assertEquals(isThere || isOverwritten, ring.hasNews(sequence), why());
        }
    }
}
