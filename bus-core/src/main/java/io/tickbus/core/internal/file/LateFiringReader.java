// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.memory.SlotRing;

/**
 * Reads a {@link LateFiringRing} from the oldest on, each firing once.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> wait-free. <b>Loss:</b> {@link #overwritten} counts what was written and is
 * gone.
 */
public final class LateFiringReader {
    private final SlotRing ring;
    private final long[] fields = new long[SlotRing.FIELD_COUNT];
    private long next;
    private long overwritten;

    LateFiringReader(SlotRing ring) {
        this.ring = ring;
        next = oldest();
        overwritten = next;
    }

    /** By the stamps, so that a reader needs no other word; those of a corrupt file do no harm. */
    private long oldest() {
        long newest = 0;
        for (int slot = 0; slot < ring.slotCount(); slot++) {
            newest = Math.max(newest, ring.stamp(slot));
        }
        return ring.oldestReadable(0, newest);
    }

    /** The next one; null if there is none yet. */
    public LateFiring poll() {
        for (int attempt = 0; attempt <= ring.slotCount(); attempt++) {
            int state = ring.read(next, fields);
            if (state == SlotRing.NOT_YET) {
                return null;
            }
            if (state == SlotRing.COMMITTED) {
                next++;
                return LateFiringRing.read(fields);
            }
            long resumed = Math.max(next + 1, oldest());
            overwritten += resumed - next;
            next = resumed;
        }
        return null;
    }

    /** How many this reader could not have, since they were overwritten; those before its first included. */
    public long overwritten() {
        return overwritten;
    }
}
