// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.host.ClockSourceWatch;
import io.tickbus.cli.host.ClockSourceWatch.Change;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Warns when the kernel changes its clock source; on a thread of its own and rarely, to not disturb the timers. */
final class ClockSourceMonitor {
    private static final long INTERVAL_S = 30;

    private final PrintWriter err;
    private final Thread thread;

    private ClockSourceMonitor(PrintWriter err) {
        this.err = err;
        this.thread = new Thread(this::watch, "tickbus-clock");
        thread.setDaemon(true);
    }

    static ClockSourceMonitor start(PrintWriter err) {
        ClockSourceMonitor monitor = new ClockSourceMonitor(err);
        monitor.thread.start();
        return monitor;
    }

    private void watch() {
        ClockSourceWatch watch = ClockSourceWatch.start(1);
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(INTERVAL_S);
                watch.poll(System.nanoTime()).ifPresent(this::print);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void print(Change change) {
        err.printf(Locale.ROOT, "tickbus: the clock source was %s at %.0f ns a read and is %s at %.0f ns: timers lose"
                + " precision; see 'tickbus clock'%n", change.oldSource(), change.oldCostNs(), change.newSource(),
                change.newCostNs());
        err.flush();
    }

    void stop() {
        thread.interrupt();
    }
}
