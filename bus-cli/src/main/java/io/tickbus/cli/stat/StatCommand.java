// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.WatchOptions;
import io.tickbus.core.BusDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Reports the state of buses, and what is wrong with them. */
public final class StatCommand implements Command {
    private static final long SAMPLE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final BusArgument bus;
    private final WatchOptions output;
    private boolean isReadable = true;

    /** Says what it takes. */
    public StatCommand(CommandSpec command) {
        bus = new BusArgument(command);
        output = new WatchOptions(command);
        command.footer("""
                Examples:
                  tickbus stat                     all buses of this user
                  tickbus stat md --watch          one bus, every second
                  tickbus stat --json | jq '.buses[].condition'
                  tickbus stat --bus md --json | jq .daemon.counters

                Of a bus that a daemon keeps, one in full shows the daemon's counters, how late its timers fired, and
                its clients. Percentiles are since the daemon started and rounded up by 6 % at most.

                Exit code 1 when the bus that is named cannot be read.""");
    }

    @Override
    public int run() {
        Runnable printing = bus.isBusNamed() ? this::one : this::list;
        if (output.isWatch()) {
            output.repeat(printing);
        } else {
            printing.run();
        }
        return isReadable ? Tickbus.DONE : Tickbus.FAILED;
    }

    private void one() {
        List<BusSnapshot> buses = new ArrayList<>();
        Report report = sample(List.of(bus.directory()), buses).get(0);
        BusSnapshot read = buses.get(0);
        if (read.isMissing() && !output.isWatch()) {
            throw read.refusal();
        }
        isReadable = read.refusal() == null;
        output.clear();
        output.print(report);
    }

    private void list() {
        // A directory whose name no bus can have is not a bus, and may be there.
        List<BusDirectory> buses = BusDirectory.list(bus.root()).stream().filter(BusDirectory::isName)
                .map(bus::directory).toList();
        List<Report> reports = buses.isEmpty() ? List.of() : sample(buses, new ArrayList<>());
        output.clear();
        if (output.isJson()) {
            output.print(new Report().with("root", bus.root().toString()).with("buses", reports));
        } else if (reports.isEmpty()) {
            output.out().println("no bus under " + bus.root() + "; start one with: tickbus daemon --every 1ms:42");
        } else {
            ReportText.table("bus", "condition", "publisherPid", "epoch", "published", "signalsPerSecond",
                    "nextDeadlineInNs").print(output.out(), reports);
            reports.stream().filter(report -> report.get("problem") != null).forEach(report -> output.out().println(
                    Terminal.warning("! ") + report.get("bus") + ": " + report.get("problem")));
        }
    }

    /** Reads buses twice, since a rate takes two readings. */
    private static List<Report> sample(List<BusDirectory> directories, List<BusSnapshot> buses) {
        List<BusReader> readers = directories.stream().map(BusReader::new).toList();
        List<BusSnapshot> before = readers.stream().map(BusReader::read).toList();
        long untilNs = System.nanoTime() + SAMPLE_NS;
        while (System.nanoTime() < untilNs && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(untilNs - System.nanoTime());
        }
        readers.forEach(reader -> buses.add(reader.read()));
        return IntStream.range(0, buses.size()).mapToObj(i -> BusReport.of(before.get(i), buses.get(i))).toList();
    }
}
