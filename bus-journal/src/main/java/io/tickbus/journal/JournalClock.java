package io.tickbus.journal;

import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.internal.platform.HostIdentity;
import java.util.UUID;

/**
 * Which clock the times of a block or an entry are CLOCK_MONOTONIC of: stated by each of them, so that none is ever
 * read without it.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param boot        63 bits of the boot id, in the upper ones; 0 where it is unknown, which is no other's boot.
 *                    Bit 0: CLOCK_REALTIME could not be believed, and {@code calendarNs} is the least that it can be
 * @param namespaceNs what the time namespace adds to CLOCK_MONOTONIC
 * @param calendarNs  by how much CLOCK_REALTIME was ahead of CLOCK_MONOTONIC as that namespace sees it
 */
record JournalClock(long boot, long namespaceNs, long calendarNs) {
    private static final long ASSUMED = 1;
    private static final long PRECISION_NS = 100_000;

    /** That of no entry. */
    static final JournalClock NONE = new JournalClock(0, 0, 0);

    /** This process's. */
    static JournalClock current() {
        HostIdentity host = HostIdentity.current();
        return of(host.bootId(), host.monotonicOffsetNs(), CalendarOffset.measureNs());
    }

    static JournalClock of(UUID bootId, long namespaceNs, long calendarNs) {
        long boot = bootId.getMostSignificantBits() ^ bootId.getLeastSignificantBits();
        return new JournalClock(boot & ~ASSUMED, namespaceNs, calendarNs);
    }

    /** This one where the values are the same, so that copying entries allocates nothing. */
    JournalClock with(long newBoot, long newNamespaceNs, long newCalendarNs) {
        return newBoot == boot && newNamespaceNs == namespaceNs && newCalendarNs == calendarNs ? this
                : new JournalClock(newBoot, newNamespaceNs, newCalendarNs);
    }

    /**
     * The same with an offset that CLOCK_REALTIME shows, where that has changed by more than it is measured to; where
     * this one was assumed, once that is not less.
     */
    JournalClock withCalendar(long newCalendarNs) {
        boolean isKept = isAssumed() ? newCalendarNs < calendarNs : Math.abs(newCalendarNs - calendarNs) < PRECISION_NS;
        return isKept ? this : new JournalClock(boot & ~ASSUMED, namespaceNs, newCalendarNs);
    }

    /** The same with the least offset that is possible, as CLOCK_REALTIME was not set so far. */
    JournalClock assuming(long leastCalendarNs) {
        return new JournalClock(boot | ASSUMED, namespaceNs, leastCalendarNs);
    }

    boolean isAssumed() {
        return (boot & ASSUMED) != 0;
    }

    /** Whether both are of one boot. */
    boolean isSameBoot(JournalClock other) {
        return boot >>> 1 == other.boot >>> 1 && boot >>> 1 != 0;
    }

    /** Whether CLOCK_MONOTONIC reads the same in both. */
    boolean isSameMonotonic(JournalClock other) {
        return isSameBoot(other) && namespaceNs == other.namespaceNs;
    }

    /**
     * What is added to a time of this clock to name the same instant in another: within a boot by the namespaces
     * alone, whatever became of CLOCK_REALTIME; across boots by the calendar.
     */
    long deltaTo(JournalClock other) {
        return isSameBoot(other) ? other.namespaceNs - namespaceNs : calendarNs - other.calendarNs;
    }
}
