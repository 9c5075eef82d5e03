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

/** Says whether a journal is whole. */
@Command(name = "verify", description = "Read every block and say whether it is whole and no signal is missing.",
        footer = {"", "Exit code 1 when something is unreadable or missing."})
final class VerifyCommand implements Callable<Integer> {
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
            out.println(tally.verdict());
            out.flush();
        }
        return tally.isWhole() ? Tickbus.DONE : Tickbus.FAILED;
    }
}
