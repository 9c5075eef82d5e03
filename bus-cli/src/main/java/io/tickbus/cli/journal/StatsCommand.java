package io.tickbus.cli.journal;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Tickbus;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Counts what a journal holds. */
@Command(name = "stats", description = "Count what the journal holds: blocks, signals, gaps, entries by kind.")
final class StatsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private BusArgument bus;
    @Mixin
    private JournalFolderOption journal;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        JournalTally tally = JournalTally.of(journal.of(bus.name()), spec.commandLine().getErr());
        if (isJson) {
            JsonOutput.print(out, tally.json());
        } else {
            tally.print(out);
        }
        return Tickbus.DONE;
    }
}
