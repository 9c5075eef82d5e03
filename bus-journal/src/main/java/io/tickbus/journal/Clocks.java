// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.internal.platform.HostIdentity;

/** The clocks of this process, or of a test. */
interface Clocks {
    /** This process's clock and the present offset of CLOCK_REALTIME. */
    JournalClock current();

    /** How far CLOCK_REALTIME is ahead of CLOCK_MONOTONIC; quicker than {@link #current}. */
    long calendarNs();

    /** CLOCK_MONOTONIC nanoseconds. */
    long nowNs();

    static Clocks system() {
        return new Clocks() {
            @Override
            public JournalClock current() {
                HostIdentity host = HostIdentity.current();
                return JournalClock.of(host.bootId(), host.monotonicOffsetNs(), calendarNs());
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
