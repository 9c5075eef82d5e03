// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.host.ClockSourceWatch;
import io.tickbus.cli.host.ClockSourceWatch.Change;
import io.tickbus.daemon.DaemonLog;
import java.util.concurrent.TimeUnit;

/** Warns when the kernel changes its clock source; on a thread of its own and rarely, to not disturb the timers. */
final class ClockSourceMonitor {
    private static final long INTERVAL_S = 30;

    private final DaemonLog log;
    private final Thread thread;

    private ClockSourceMonitor(DaemonLog log) {
        this.log = log;
        this.thread = new Thread(this::watch, "tickbus-clock");
        thread.setDaemon(true);
    }

    static ClockSourceMonitor start(DaemonLog log) {
        ClockSourceMonitor monitor = new ClockSourceMonitor(log);
        monitor.thread.start();
        return monitor;
    }

    private void watch() {
        ClockSourceWatch watch = ClockSourceWatch.start(1);
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(INTERVAL_S);
                watch.poll(System.nanoTime()).ifPresent(this::report);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(Change change) {
        log.warn("clock-source-changed", "was", change.oldSource(), "is", change.newSource(), "wasNs",
                Math.round(change.oldCostNs()), "isNs", Math.round(change.newCostNs()), "why",
                "timers lose precision where reading the clock is slow: see 'tickbus clock'");
    }

    void stop() {
        thread.interrupt();
    }
}
