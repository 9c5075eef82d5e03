// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The timers that are due next, in a ring of the {@code counters} file: one list after the other, each record with its
 * place in its list.
 *
 * <p><b>Threads:</b> one writes; any read. <b>Progress:</b> wait-free; writing allocates nothing.
 */
public final class NextTimers {
    /** The most timers of a list: a reader finds the latest list whole while the next is written. */
    public static final int MAX_TIMERS = CountersLayout.NEXT_SLOTS / 2;

    private static final int ATTEMPTS = 4;
    /** The field with place and count. */
    private static final int PLACE = 4;

    private final SlotRing ring;
    private final SlotWriter writer;

    /**
     * A timer.
     *
     * @param deadlineNs when it is due, CLOCK_MONOTONIC nanoseconds
     * @param periodNs   0 for a one-shot timer
     * @param owner      0 for the daemon's own
     */
    public record Timer(long deadlineNs, long key, long periodNs, int signalId, int owner) {
    }

    NextTimers(SharedRegion region, int offset) {
        ring = new SlotRing(region, offset, CountersLayout.NEXT_SLOTS);
        writer = SlotWriter.overwriting(ring, 0);
    }

    /** Daemon: adds a timer to a list of {@code count}, at its place from 0 on. */
    public void add(int place, int count, long deadlineNs, long key, long periodNs, int signalId, int owner) {
        writer.write(deadlineNs, key, periodNs, Integer.toUnsignedLong(signalId) | (long) owner << Integer.SIZE,
                place | (long) count << Integer.SIZE);
    }

    /** Daemon: a list of none. */
    public void addNone() {
        writer.write(0, 0, 0, 0, 0);
    }

    /** The latest list; empty too where the daemon writes faster than this reads. */
    public List<Timer> read() {
        List<Timer> timers = new ArrayList<>();
        for (int attempt = 0; attempt < ATTEMPTS && !read(timers); attempt++) {
            timers.clear();
        }
        return timers;
    }

    /** Returns false if it was overwritten meanwhile. */
    private boolean read(List<Timer> timers) {
        long end = 0;
        for (int slot = 0; slot < ring.slotCount(); slot++) {
            end = Math.max(end, ring.stamp(slot));
        }
        long[] fields = new long[SlotRing.FIELD_COUNT];
        if (end == 0 || ring.read(end - 1, fields) != SlotRing.COMMITTED) {
            return end == 0;
        }
        int place = (int) fields[PLACE];
        int count = (int) (fields[PLACE] >>> Integer.SIZE);
        if (place + 1 < count) {
            // It is being written: the one before it is whole.
            end -= place + 1;
            if (end <= 0 || ring.read(end - 1, fields) != SlotRing.COMMITTED) {
                return end <= 0;
            }
            count = (int) (fields[PLACE] >>> Integer.SIZE);
        }
        for (long at = end - Math.min(count, MAX_TIMERS); at < end; at++) {
            if (ring.read(at, fields) != SlotRing.COMMITTED) {
                return false;
            }
            timers.add(new Timer(fields[0], fields[1], fields[2], (int) fields[3],
                    (int) (fields[3] >>> Integer.SIZE)));
        }
        return true;
    }
}
