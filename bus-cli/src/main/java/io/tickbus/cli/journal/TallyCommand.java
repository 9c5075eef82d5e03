package io.tickbus.cli.journal;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.JsonOutput;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that reads all of a journal and says what it found. */
abstract class TallyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private BusArgument bus;
    @Mixin
    private JournalFolderOption journal;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    @Override
    public final Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        JournalTally tally = JournalTally.of(journal.of(bus.name()), spec.commandLine().getErr());
        if (isJson) {
            JsonOutput.print(out, tally.json());
        } else {
            print(tally, out);
            out.flush();
        }
        return exitCode(tally);
    }

    abstract void print(JournalTally tally, PrintWriter out);

    abstract int exitCode(JournalTally tally);
}
