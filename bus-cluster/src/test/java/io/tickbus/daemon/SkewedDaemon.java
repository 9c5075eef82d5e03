// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.timer.TimerEngine;

/** Opens a daemon whose CLOCK_REALTIME is wrong. */
public final class SkewedDaemon {
    private SkewedDaemon() {
    }

    /** By that much ahead, in nanoseconds. */
    public static TimerDaemon start(DaemonContext context, long skewNs) {
        context.engine = TimerEngine.create(context.settings.quotas(), 1 << 16,
                () -> CalendarOffset.measureNs() + skewNs);
        return TimerDaemon.open(context).start();
    }
}
