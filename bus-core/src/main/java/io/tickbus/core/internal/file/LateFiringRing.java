// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.LateCause;
import io.tickbus.core.LateFiring;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The latest firings that were late, in a ring of the {@code counters} file.
 *
 * <p><b>Threads:</b> one writes; any read, each with its own {@link LateFiringReader}. <b>Progress:</b> wait-free;
 * writing allocates nothing. <b>Loss:</b> the oldest are overwritten, which readers learn.
 */
public final class LateFiringRing {
    private static final int MODE_SHIFT = 40;
    private static final int FLAGS_SHIFT = 48;
    private static final int CAUSE_SHIFT = 32;
    private static final int BYTE = 0xFF;

    private final SlotRing ring;
    private final SlotWriter writer;

    LateFiringRing(SharedRegion region, int offset, int slotCount) {
        ring = new SlotRing(region, offset, slotCount);
        writer = SlotWriter.overwriting(ring, 0);
    }

    /** Daemon: adds a firing, whose record has its sequence and its time of publication. */
    public void record(SignalRecord signal, LateCause cause, int mode, long causeNs, long detail) {
        long word = Integer.toUnsignedLong(signal.signalId()) | (long) cause.code() << CAUSE_SHIFT
                | (long) (mode & BYTE) << MODE_SHIFT | (long) signal.flags() << FLAGS_SHIFT;
        writer.write(signal.deadlineNs(), signal.publishedNs(), signal.sequence(), word,
                signal.owner() | (long) signal.generation() << Integer.SIZE, causeNs, detail);
    }

    static LateFiring read(long[] fields) {
        long word = fields[3];
        return new LateFiring(fields[0], fields[1], fields[2], (int) word,
                LateCause.of((int) (word >>> CAUSE_SHIFT) & BYTE), (int) (word >>> MODE_SHIFT) & BYTE,
                (int) (word >>> FLAGS_SHIFT), (int) fields[4], (int) (fields[4] >>> Integer.SIZE), fields[5],
                fields[6]);
    }

    SlotRing ring() {
        return ring;
    }

    /** A reader that begins with the oldest one there is. */
    public LateFiringReader reader() {
        return new LateFiringReader(ring);
    }

    /** All that are there now, the oldest first. */
    public List<LateFiring> readAll() {
        List<LateFiring> all = new ArrayList<>();
        LateFiringReader reader = reader();
        // No more than a ring of them, or a daemon that is always late would keep its reader here.
        for (LateFiring next = reader.poll(); next != null && all.size() < ring.slotCount(); next = reader.poll()) {
            all.add(next);
        }
        return all;
    }
}
