// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.memory.SlotRing;

/**
 * The publisher's position, with its header checked against the slots: a file that was tampered with must neither send
 * a subscriber to sequences that were never written nor keep it waiting for one that was.
 */
final class PublisherPosition {
    private final SignalsFile file;
    private final SignalsHeader header;
    private final SlotRing ring;

    PublisherPosition(SignalsFile file) {
        this.file = file;
        this.header = file.header();
        this.ring = file.ring();
    }

    /** The next sequence to be written, for a subscriber that wants {@code wanted}. */
    long next(long wanted) {
        long next = header.nextSequence();
        long base = header.baseSequence();
        if (next < base || next < wanted || (next > base && Math.abs(ring.stamp(next - 1)) < next)) {
            throw contradiction(next, ring.stamp(next - 1), wanted);
        }
        return next;
    }

    /**
     * The same when the slot of {@code wanted} was found overwritten. The stamp found there must be of a later lap, and
     * it cannot be far ahead of the position that the header names after it.
     */
    long nextAfterLap(long wanted) {
        long stamp = ring.stamp(wanted);
        long next = next(wanted);
        long begun = Math.abs(stamp) - 1;
        boolean isOfLaterLap =
                begun > wanted && begun - 1 <= next && ring.slotOffset(begun) == ring.slotOffset(wanted);
        if (!isOfLaterLap) {
            throw contradiction(next, stamp, wanted);
        }
        return next;
    }

    /** What the header calls written must be in its slot, or overwritten. */
    void checkWritten(long wanted) {
        long next = header.nextSequence();
        if (next > wanted && !ring.hasNews(wanted)) {
            throw contradiction(next, ring.stamp(wanted), wanted);
        }
    }

    private BusException contradiction(long next, long stamp, long wanted) {
        return new BusException(Reason.CORRUPT, file.path().toString(),
                "its header and its slots contradict each other (nextSequence=" + next + " stamp=" + stamp
                        + " sequence=" + wanted + ")",
                "delete the bus, start its publisher again and attach again");
    }
}
