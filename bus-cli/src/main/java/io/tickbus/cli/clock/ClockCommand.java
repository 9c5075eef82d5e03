// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.clock;

import io.tickbus.cli.Report;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.WatchOptions;
import io.tickbus.cli.host.ClockSourceWatch;
import io.tickbus.cli.host.ClockSourceWatch.Change;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reports the clock source of this host, what a reading costs, and whether there is a better one. */
@Command(name = "clock",
        description = "Show the clock sources of this host, their rating, and what reading each clock costs.",
        footer = {
            "",
            "Examples:",
            "  tickbus clock",
            "  tickbus clock --watch    then print when the source changes, or reading the clock becomes slow",
            "  tickbus clock --json | jq .reason"})
public final class ClockCommand implements Callable<Integer> {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    @Mixin
    private WatchOptions output;

    @Override
    public Integer call() {
        Report report = ClockReport.take();
        output.print(output.isWatch() && output.isJson() ? new Report().with("type", "clock").with("clock", report)
                : report);
        if (output.isWatch()) {
            ClockSourceWatch watch = ClockSourceWatch.start(INTERVAL_NS);
            if (!output.isJson()) {
                output.out().println("watching; Ctrl-C ends it");
            }
            output.repeat(() -> watch.poll(System.nanoTime()).ifPresent(this::print));
        }
        return Tickbus.DONE;
    }

    private void print(Change change) {
        output.printLine(new Report().with("type", "change").with("oldSource", change.oldSource())
                .with("newSource", change.newSource()).with("oldCostNs", change.oldCostNs())
                .with("newCostNs", change.newCostNs()),
                LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " "
                        + Terminal.warning(String.format(Locale.ROOT, "%s at %.0f ns a read became %s at %.0f ns",
                        change.oldSource(), change.oldCostNs(), change.newSource(), change.newCostNs())));
    }
}
