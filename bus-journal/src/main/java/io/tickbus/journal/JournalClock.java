// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import java.util.UUID;

/**
 * The clock of the times of a block or an entry. Each block and entry states its clock, so that no time is ever read
 * without one.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param boot        63 bits of the boot id, in the upper bits; 0 if unknown, which equals no other boot. Bit 0:
 *                    CLOCK_REALTIME was not set, and {@code calendarNs} is the least that is possible
 * @param namespaceNs what the time namespace adds to CLOCK_MONOTONIC
 * @param calendarNs  how far CLOCK_REALTIME was ahead of CLOCK_MONOTONIC as seen in that namespace
 */
record JournalClock(long boot, long namespaceNs, long calendarNs) {
    private static final long ASSUMED = 1;
    private static final long PRECISION_NS = 100_000;

    /** The clock of no entry. */
    static final JournalClock NONE = new JournalClock(0, 0, 0);

    static JournalClock of(UUID bootId, long namespaceNs, long calendarNs) {
        long boot = bootId.getMostSignificantBits() ^ bootId.getLeastSignificantBits();
        return new JournalClock(boot & ~ASSUMED, namespaceNs, calendarNs);
    }

    /** Returns this clock if the values are the same, so that copying entries allocates nothing. */
    JournalClock with(long newBoot, long newNamespaceNs, long newCalendarNs) {
        return newBoot == boot && newNamespaceNs == namespaceNs && newCalendarNs == calendarNs ? this
                : new JournalClock(newBoot, newNamespaceNs, newCalendarNs);
    }

    /**
     * The same with a measured offset of CLOCK_REALTIME, if that has changed by more than the precision of measuring.
     * An assumed offset is replaced once the measured one is not less.
     */
    JournalClock withCalendar(long newCalendarNs) {
        boolean kept = isAssumed() ? newCalendarNs < calendarNs : Math.abs(newCalendarNs - calendarNs) < PRECISION_NS;
        return kept ? this : new JournalClock(boot & ~ASSUMED, namespaceNs, newCalendarNs);
    }

    /** The same with the least possible offset, as CLOCK_REALTIME is not set yet. */
    JournalClock assuming(long leastCalendarNs) {
        return new JournalClock(boot | ASSUMED, namespaceNs, leastCalendarNs);
    }

    boolean isAssumed() {
        return (boot & ASSUMED) != 0;
    }

    /** Whether both clocks are of the same boot. */
    boolean isSameBoot(JournalClock other) {
        return boot >>> 1 == other.boot >>> 1 && boot >>> 1 != 0;
    }

    /** Whether CLOCK_MONOTONIC is the same in both. */
    boolean isSameMonotonic(JournalClock other) {
        return isSameBoot(other) && namespaceNs == other.namespaceNs;
    }

    /**
     * What to add to a time of this clock to get the same instant in another: within a boot, the difference of the
     * namespaces, whatever happened to CLOCK_REALTIME; across boots, the difference of the calendar offsets.
     */
    long deltaTo(JournalClock other) {
        return isSameBoot(other) ? other.namespaceNs - namespaceNs : calendarNs - other.calendarNs;
    }
}
