package io.tickbus.bench.latency.enqueue;

import io.tickbus.core.memory.SharedRegion;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.memory.SlotWriter;

/** The ring of this project alone: slots of a cache line, a release store each, full when the reader lags by all. */
final class SlotChannel implements Channel {
    private static final int SIGNAL_ID = 42;
    private static final int KEY = 2;
    private static final int PADDING = 32;

    private final SlotRing ring =
            new SlotRing(SharedRegion.allocate(CAPACITY * SlotRing.SLOT_LENGTH), 0, CAPACITY);
    private final SharedRegion consumed = SharedRegion.allocate(SlotRing.SLOT_LENGTH);
    private final SlotWriter writer = SlotWriter.refusing(ring, 0, consumed, 0);
    /** The writer changes with each message, and so does the reader's array: they must not share a cache line. */
    private final long[] apart = new long[PADDING];
    private final long[] fields = new long[SlotRing.FIELD_COUNT + PADDING];

    @Override
    public void put(long first, int count) {
        for (long number = first; number < first + count; number++) {
            if (writer.write(number, number, number, SIGNAL_ID, 0) == SlotWriter.FULL) {
                throw Channel.full(number);
            }
        }
    }

    @Override
    public int take(long next) {
        int taken = 0;
        while (ring.read(next + taken, fields) == SlotRing.COMMITTED) {
            Channel.check(fields[KEY], next + taken);
            taken++;
            SlotWriter.releaseConsumed(consumed, 0, next + taken);
        }
        return taken;
    }

    @Override
    public String toString() {
        return "ring, its two ends " + apart.length + " words apart";
    }
}
