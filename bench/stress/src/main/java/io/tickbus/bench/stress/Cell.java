// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The smallest bus there is: a header, two slots of 64 bytes and a doorbell, in memory of this process. The races are
 * run on the real classes over it.
 *
 * <p>A stress test makes a new state for every round, some millions a second, and memory outside the heap is expensive
 * to allocate. So cells are made once and go round: {@link #next()} clears the one used longest ago. jcstress keeps at
 * most {@code strideSize × strideCount} states alive (256 × 40 unless told otherwise), and there are more cells than
 * that; it orders all of a round's accesses before the next round, so that the clearing races with nothing.
 */
public final class Cell {
    /** Slots of the ring: sequences 0, 2, 4 … share one of them. */
    public static final int SLOT_COUNT = 2;
    /** Byte offset of the word a reader of a refusing ring keeps; in the header's reserved part. */
    public static final int CONSUMED = SignalsLayout.NEXT_SEQUENCE + 128;

    private static final int FIRST_SLOT = CONSUMED + 128;
    private static final int LENGTH = FIRST_SLOT + SLOT_COUNT * SignalRecordLayout.LENGTH;
    private static final int DOORBELL_LENGTH = 256;
    private static final int FIELDS = SignalRecordLayout.LENGTH / Long.BYTES - 1;
    private static final int CELLS = 1 << 15;
    private static final Cell[] POOL = new Cell[CELLS];
    private static final AtomicInteger TAKEN = new AtomicInteger();

    static {
        for (int i = 0; i < CELLS; i++) {
            POOL[i] = new Cell();
        }
    }

    /** What the publisher maps writable. */
    public final SharedRegion region = SharedRegion.allocate(LENGTH);
    /** The two slots. */
    public final SlotRing ring = new SlotRing(region, FIRST_SLOT, SLOT_COUNT);
    /** The header. */
    public final SignalsHeader header = SignalsHeader.over(region);
    /** The doorbell. */
    public final Doorbell doorbell = Doorbell.over(SharedRegion.allocate(DOORBELL_LENGTH));

    private final long[] outgoing = new long[FIELDS];
    private final long[] incoming = new long[FIELDS];

    private Cell() {
    }

    /** A cell of zeros, used by nobody else. */
    public static Cell next() {
        Cell cell = POOL[TAKEN.getAndIncrement() & (CELLS - 1)];
        cell.clear();
        return cell;
    }

    private void clear() {
        for (int word = 0; word < LENGTH; word += Long.BYTES) {
            region.putLong(word, 0);
        }
        doorbell.region().putInt(DoorbellLayout.DAEMON_WORD, 0);
        doorbell.region().putInt(DoorbellLayout.SUBSCRIBERS_PARKED, 0);
    }

    /** Writer: one whole record, as the publisher does it. */
    public void write(long sequence) {
        SlotWriter.overwriting(ring, sequence).write(fields(sequence));
    }

    /** Writer: fields that can be told to be of {@code sequence}, every one of them. */
    public long[] fields(long sequence) {
        Arrays.fill(outgoing, sequence + 1);
        return outgoing;
    }

    /** Writer: the same fields, without checking the stamp. */
    public void writeFields(int slot, long sequence) {
        for (int word = Long.BYTES; word < SignalRecordLayout.LENGTH; word += Long.BYTES) {
            region.putLong(slot + word, sequence + 1);
        }
    }

    /** Reader: one attempt, as the subscriber does it. */
    public Copy read(long sequence) {
        return switch (ring.read(sequence, incoming)) {
            case SlotRing.COMMITTED -> judge(sequence);
            case SlotRing.NOT_YET -> Copy.NOT_YET;
            default -> Copy.OVERWRITTEN;
        };
    }

    /** Reader: copies without checking the stamp. */
    public Copy copy(long sequence) {
        int slot = ring.slotOffset(sequence);
        for (int i = 0; i < FIELDS; i++) {
            incoming[i] = region.getLong(slot + Long.BYTES + i * Long.BYTES);
        }
        return judge(sequence);
    }

    private Copy judge(long sequence) {
        for (long field : incoming) {
            if (field != sequence + 1) {
                return Copy.TORN;
            }
        }
        return Copy.WHOLE;
    }

    /** What a reader came away with. */
    public enum Copy {
        /** Nothing: it is not there yet. */
        NOT_YET,
        /** Nothing: a later lap has taken its place. */
        OVERWRITTEN,
        /** Every field of the sequence asked for. */
        WHOLE,
        /** Something else, taken for it. */
        TORN
    }
}
