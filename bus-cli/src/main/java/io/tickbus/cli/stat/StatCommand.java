package io.tickbus.cli.stat;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Repetition;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.bus.BusDirectory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says how buses are, and what is wrong with them. */
@Command(name = "stat",
        description = "Show all buses at a glance, or one in full; what is wrong is said in words.",
        footer = {
            "",
            "Examples:",
            "  tickbus stat                     all buses of this user",
            "  tickbus stat md --watch          one bus, every second",
            "  tickbus stat --json | jq '.buses[].condition'",
            "  tickbus stat --bus md --json | jq .daemon.counters",
            "",
            "Of a bus that a daemon keeps, one in full shows the daemon's counters, how late its timers fired, and its",
            "clients. Percentiles are since the daemon started and rounded up by 6 %% at most.",
            "",
            "Exit code 1 when the bus that is named cannot be read."})
public final class StatCommand implements Callable<Integer> {
    private static final long SAMPLE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    @Spec
    private CommandSpec spec;
    @Mixin
    private BusArgument bus;
    @Option(names = "--watch", description = "Again every second, until Ctrl-C.")
    private boolean isWatch;
    @Option(names = "--json", description = "Print an object; with --watch one a line.")
    private boolean isJson;

    private boolean isReadable = true;

    @Override
    public Integer call() {
        Repetition.run(spec.commandLine().getOut(), isWatch, !isJson, bus.isBusNamed() ? this::one : this::list);
        return isReadable ? Tickbus.DONE : Tickbus.FAILED;
    }

    private void one() {
        BusInspector inspector = new BusInspector(bus.directory());
        BusReport report = sample(List.of(inspector)).get(0);
        if (inspector.isMissing() && !isWatch) {
            throw inspector.refusal();
        }
        isReadable = report.figures() != null;
        if (isJson) {
            print(report.json());
        } else {
            new StatText(spec.commandLine().getOut()).one(report);
        }
    }

    private void list() {
        List<BusInspector> inspectors = new ArrayList<>();
        for (String name : BusDirectory.list(bus.root())) {
            try {
                inspectors.add(new BusInspector(bus.directory(name)));
            } catch (IllegalArgumentException e) {
                // A directory whose name no bus can have is not a bus, and may lie there.
            }
        }
        List<BusReport> reports = inspectors.isEmpty() ? List.of() : sample(inspectors);
        if (isJson) {
            print(new JsonObject().with("root", bus.root().toString())
                    .with("buses", reports.stream().map(BusReport::json).toList()));
        } else {
            new StatText(spec.commandLine().getOut()).list(bus.root(), reports);
        }
    }

    private static List<BusReport> sample(List<BusInspector> inspectors) {
        inspectors.forEach(BusInspector::begin);
        long untilNs = System.nanoTime() + SAMPLE_NS;
        while (System.nanoTime() < untilNs && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(untilNs - System.nanoTime());
        }
        return inspectors.stream().map(BusInspector::end).toList();
    }

    private void print(JsonObject object) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(isWatch ? JsonOutput.line(object) : JsonOutput.indented(object));
    }
}
