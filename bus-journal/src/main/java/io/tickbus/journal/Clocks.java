package io.tickbus.journal;

import io.tickbus.core.internal.platform.CalendarOffset;

/** The clocks of this process, or of a trial. */
interface Clocks {
    /** What CLOCK_MONOTONIC means here, and how far CLOCK_REALTIME is ahead of it. */
    JournalClock current();

    /** By how much CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, which is quicker. */
    long calendarNs();

    /** CLOCK_MONOTONIC nanoseconds. */
    long nowNs();

    static Clocks system() {
        return new Clocks() {
            @Override
            public JournalClock current() {
                return JournalClock.current();
            }

            @Override
            public long calendarNs() {
                return CalendarOffset.measureNs();
            }

            @Override
            public long nowNs() {
                return System.nanoTime();
            }
        };
    }
}
