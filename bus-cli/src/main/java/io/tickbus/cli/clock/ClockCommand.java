package io.tickbus.cli.clock;

import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Output;
import io.tickbus.cli.StopSignal;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.posix.ClockSourceWatch;
import io.tickbus.posix.ClockSourceWatch.Change;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what time is read from on this host, what a reading costs, and whether there is something better. */
@Command(name = "clock",
        description = "Show the clock sources of this host, their rating, and what reading each clock costs.",
        footer = {
            "",
            "Examples:",
            "  tickbus clock",
            "  tickbus clock --watch    then say when the kernel changes the source, or reading gets dear",
            "  tickbus clock --json | jq .reason"})
public final class ClockCommand implements Callable<Integer> {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    @Spec
    private CommandSpec spec;
    @Option(names = "--watch", description = "Go on watching until Ctrl-C, and print each change.")
    private boolean isWatch;
    @Option(names = "--json", description = "Print an object; with --watch one a line.")
    private boolean isJson;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ClockReport report = ClockReport.take();
        if (!isJson) {
            new ClockText(out, report).print();
        } else if (isWatch) {
            out.println(JsonOutput.line(new JsonObject().with("type", "clock").with("clock", report.json())));
        } else {
            JsonOutput.print(out, report.json());
        }
        if (isWatch) {
            watch(out);
        }
        return Tickbus.DONE;
    }

    private void watch(PrintWriter out) {
        Thread watcher = Thread.currentThread();
        ClockSourceWatch watch = ClockSourceWatch.start(INTERVAL_NS);
        if (!isJson) {
            out.println("watching; Ctrl-C ends it");
        }
        try (StopSignal stop = StopSignal.listen(watcher::interrupt)) {
            while (!stop.isRequested()) {
                TimeUnit.NANOSECONDS.sleep(INTERVAL_NS);
                Output.check();
                watch.poll(System.nanoTime()).ifPresent(change -> print(out, change));
            }
        } catch (InterruptedException e) {
            // Ctrl-C.
            Thread.currentThread().interrupt();
        }
    }

    private void print(PrintWriter out, Change change) {
        out.println(isJson ? JsonOutput.line(new JsonObject().with("type", "change")
                .with("oldSource", change.oldSource()).with("newSource", change.newSource())
                .with("oldCostNs", change.oldCostNs()).with("newCostNs", change.newCostNs()))
                : LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " "
                        + Terminal.warning(String.format(Locale.ROOT,
                        "%s at %.0f ns a read became %s at %.0f ns", change.oldSource(), change.oldCostNs(),
                        change.newSource(), change.newCostNs())));
    }
}
