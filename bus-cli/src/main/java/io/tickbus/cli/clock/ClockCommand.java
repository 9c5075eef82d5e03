// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.clock;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
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
import java.util.concurrent.TimeUnit;

/** Reports the clock source of this host, what a reading costs, and whether there is a better one. */
public final class ClockCommand implements Command {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final WatchOptions output;

    /** Says what it takes. */
    public ClockCommand(CommandSpec command) {
        output = new WatchOptions(command);
        command.footer("""
                Examples:
                  tickbus clock
                  tickbus clock --watch    then print when the source changes, or reading the clock becomes slow
                  tickbus clock --json | jq .reason""");
    }

    @Override
    public int run() {
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
