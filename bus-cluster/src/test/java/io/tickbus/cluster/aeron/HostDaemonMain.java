// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.OffsetDaemon;
import io.tickbus.daemon.TimerDaemon;
import java.io.IOException;
import java.nio.file.Path;

/** The daemon of a host whose clock is wrong. Arguments: root, bus, error of the clock in nanoseconds. */
final class HostDaemonMain {
    private HostDaemonMain() {
    }

    public static void main(String[] arguments) throws IOException {
        long errorNs = Long.parseLong(arguments[2]);
        DaemonContext context = DaemonContext.of(BusDirectory.at(Path.of(arguments[0]), arguments[1]))
                .signals(SignalsOptions.defaults().withSlotCount(1 << 16)).log(DaemonLog.toStream(System.err));
        try (TimerDaemon daemon = OffsetDaemon.open(context, () -> CalendarOffset.measureNs() + errorNs).start()) {
            System.out.println("READY " + daemon.isRunning());
            System.in.transferTo(System.err);
        }
    }
}
