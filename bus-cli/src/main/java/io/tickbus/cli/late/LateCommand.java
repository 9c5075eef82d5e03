// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.late;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.Output;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.stat.BusReader;
import io.tickbus.cli.stat.BusSnapshot;
import io.tickbus.cli.stat.DaemonSnapshot;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.LateCause;
import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.daemon.DaemonCounter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Lists the firings that were late, and why. Reads the daemon's files and nothing else. */
public final class LateCommand implements Command {
    private static final long INTERVAL_MS = 100;

    private final BusArgument bus;
    private final Option<Boolean> follow;
    private final Option<Long> count;
    private final OutputOptions output;
    private final ReportText.Table table = ReportText.table("published", "latenessNs", "cause", "explainedPercent",
            "details", "signalId", "client", "mode");
    private String problem;
    private long printed;

    /** Says what it takes. */
    public LateCommand(CommandSpec command) {
        bus = new BusArgument(command);
        follow = command.flag("--follow", "Print those that come from now on, until Ctrl-C.");
        count = command.option("--count", "N", LateCommand::count, "The latest N; with --follow, end after N.");
        output = new OutputOptions(command);
        command.footer("""
                A daemon keeps the latest firings that were later than a threshold, setting late.threshold: at least
                100 µs and ten times what is usual, unless it is set. Each has one cause, which explains a share of
                its lateness; below is how often each was found since the daemon started.

                Examples:
                  tickbus late md
                  tickbus late md --follow
                  tickbus late md --json | jq '.firings[] | select(.latenessNs > 1000000)'""");
    }

    private static long count(String text) {
        long typed = IntegerText.toLong(text);
        if (typed < 1) {
            throw new IllegalArgumentException("at least one is listed: count=" + typed);
        }
        return typed;
    }

    @Override
    public int run() {
        BusReader reader = new BusReader(bus.directory());
        BusSnapshot read = reader.read();
        check(read);
        if (follow.isGiven()) {
            follow(reader, read);
        } else {
            print(reader, read.daemon());
        }
        return Tickbus.DONE;
    }

    private void check(BusSnapshot read) {
        if (read.refusal() != null) {
            throw read.refusal();
        }
        if (read.daemon() == null || !read.daemon().isReadable()) {
            String name = "bus '" + bus.name() + "'";
            throw read.daemon() == null
                    ? new BusException(Reason.NOT_FOUND, name, "its publisher is no daemon, and has no timers that "
                            + "could be late", "name a bus that a daemon keeps")
                    : new BusException(Reason.UNREADABLE, name, read.daemon().problem(), "see 'tickbus stat'");
        }
    }

    private void print(BusReader reader, DaemonSnapshot daemon) {
        List<LateFiring> all = reader.newLateFirings();
        int skipped = all.size() - (int) Math.min(count.or(Long.MAX_VALUE), all.size());
        List<LateFiring> listed = all.subList(skipped, all.size());
        List<Report> firings = listed.stream().map(late -> LateText.report(late, daemon.ownerNames())).toList();
        List<Report> causes = causes(daemon, all);
        long since = daemon.value(DaemonCounter.LATE_FIRINGS);
        long thresholdNs = daemon.value(DaemonCounter.LATE_THRESHOLD);
        if (output.isJson()) {
            output.print(new Report().with("bus", bus.name()).with("thresholdNs", thresholdNs)
                    .with("lateFirings", since).with("firingsTotal", daemon.value(DaemonCounter.FIRINGS))
                    .with("overwritten", reader.missedLateFirings()).with("firings", firings)
                    .with("causes", causes));
            return;
        }
        if (!firings.isEmpty()) {
            table.print(output.out(), firings);
            output.out().println();
        }
        output.out().println(String.format(Locale.ROOT, "%,d of %,d firings since the daemon started were late; the "
                + "threshold is %s%s", since, daemon.value(DaemonCounter.FIRINGS),
                DurationText.format(thresholdNs), reader.missedLateFirings() == 0 ? "" : String.format(Locale.ROOT,
                        ", and of %,d only the latest %,d are kept", reader.missedLateFirings() + all.size(),
                        all.size())));
        if (!causes.isEmpty()) {
            output.out().println();
            ReportText.table("cause", "firings", "longestNs", "meaning").print(output.out(), causes);
        }
        output.out().flush();
    }

    /** The causes that there were, the most frequent first; the longest is of those that are kept. */
    private static List<Report> causes(DaemonSnapshot daemon, List<LateFiring> kept) {
        List<Report> causes = new ArrayList<>();
        for (LateCause cause : LateCause.values()) {
            long firings = daemon.value(DaemonCounter.of(cause));
            if (firings > 0) {
                Long longestNs = kept.stream().filter(late -> late.cause() == cause).map(LateFiring::latenessNs)
                        .max(Comparator.naturalOrder()).orElse(null);
                causes.add(new Report().with("cause", cause.label()).with("firings", firings)
                        .with("longestNs", longestNs).with("meaning", cause.explanation()));
            }
        }
        causes.sort(Comparator.comparingLong((Report report) -> (long) report.get("firings")).reversed());
        return causes;
    }

    private void follow(BusReader reader, BusSnapshot first) {
        Thread follower = Thread.currentThread();
        try (ShutdownHook stop = ShutdownHook.listen(follower::interrupt)) {
            BusSnapshot read = first;
            reader.newLateFirings();
            while (!stop.isRequested() && printed < count.or(Long.MAX_VALUE)) {
                print(reader.newLateFirings(), read.daemon());
                output.out().flush();
                if (printed < count.or(Long.MAX_VALUE)) {
                    TimeUnit.MILLISECONDS.sleep(INTERVAL_MS);
                    Output.check();
                    read = reader.read();
                    sayIfChanged(read.problem());
                }
            }
        } catch (InterruptedException e) {
            // Ctrl-C.
            Thread.currentThread().interrupt();
        }
    }

    private void print(List<LateFiring> firings, DaemonSnapshot daemon) {
        Map<Integer, String> owners = daemon == null ? Map.of() : daemon.ownerNames();
        List<Report> rows = firings.stream().limit(count.or(Long.MAX_VALUE) - printed)
                .map(late -> LateText.report(late, owners)).toList();
        printed += rows.size();
        if (output.isJson()) {
            rows.forEach(row -> output.printLine(row, ""));
        } else if (!rows.isEmpty()) {
            table.print(output.out(), rows);
        }
    }

    /** A daemon that ends, and another that takes its place, are followed. */
    private void sayIfChanged(String newProblem) {
        // Both have a time in them, which alone is no news.
        boolean isNews = newProblem == null ? problem != null
                : problem == null || !problem.replaceAll("[0-9]", "").equals(newProblem.replaceAll("[0-9]", ""));
        if (isNews) {
            output.say(newProblem == null ? "the bus has recovered" : newProblem);
        }
        problem = newProblem;
    }
}
