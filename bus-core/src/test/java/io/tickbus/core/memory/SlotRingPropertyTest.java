package io.tickbus.core.memory;

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
    private static final int SLOT_LENGTH = 16;

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
        SlotRing ring = new SlotRing(region, HEADER, SLOT_LENGTH, slots);
        SlotWriter writer = SlotWriter.refusing(ring, 0, region, CONSUMED);
        Queue<Long> model = new ArrayDeque<>();
        long readSequence = 0;
        for (int step = 0; step < STEPS; step++) {
            if (random.nextBoolean()) {
                int offset = writer.claim();
                assertEquals(model.size() == slots, offset == SlotWriter.FULL, why());
                if (offset != SlotWriter.FULL) {
                    long value = random.nextLong();
                    region.putLong(offset + Long.BYTES, value);
                    writer.commit(offset);
                    model.add(value);
                }
            } else {
                assertEquals(!model.isEmpty(), ring.isCommitted(readSequence), why());
                if (!model.isEmpty()) {
                    assertEquals(model.remove(), region.getLong(ring.slotOffset(readSequence) + Long.BYTES), why());
                    readSequence++;
                    SlotWriter.releaseConsumed(region, CONSUMED, readSequence);
                }
            }
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
            ring = new SlotRing(region, HEADER, SLOT_LENGTH, slots);
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
                int offset = writer.claim();
                long value = random.nextLong();
                region.putLong(offset + Long.BYTES, value);
                published[(int) (next - base)] = value;
                assertEquals(next, writer.commit(offset), why());
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
                if (ring.isCommitted(readSequence)) {
                    long value = region.getLong(ring.slotOffset(readSequence) + Long.BYTES);
                    assertEquals(true, ring.isStillCommitted(readSequence), why());
                    assertEquals(published[(int) (readSequence - base)], value, why());
                    readSequence++;
                    received++;
                } else if (ring.isOverwritten(readSequence)) {
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
            assertEquals(isThere, ring.isCommitted(sequence), why());
            assertEquals(isThere, ring.isStillCommitted(sequence), why());
            assertEquals(isOverwritten, ring.isOverwritten(sequence), why());
            assertEquals(isThere || isOverwritten, ring.hasNews(sequence), why());
            assertEquals(sequence < begun, ring.hasReached(sequence), why());
        }
    }
}
