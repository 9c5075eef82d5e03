// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.timer.TimerEngine;
import java.util.function.LongSupplier;

/** A daemon whose CLOCK_REALTIME is the test's. */
public final class OffsetDaemon {
    private static final int LOG_ENTRIES = 1 << 16;

    private OffsetDaemon() {
    }

    /** Opens it; the offset is that of CLOCK_REALTIME from CLOCK_MONOTONIC. */
    public static TimerDaemon open(DaemonContext context, LongSupplier calendarOffset) {
        context.engine = TimerEngine.create(context.settings.quotas(), LOG_ENTRIES, calendarOffset);
        return TimerDaemon.open(context);
    }
}
