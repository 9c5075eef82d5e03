package io.tickbus.cli.journal;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Looks at a journal. */
@Command(name = "journal", description = "Check a journal, or count what it holds. Changes nothing.",
        footer = {"", "Example: tickbus journal verify md", "", "'tickbus replay' prints the signals."},
        subcommands = {VerifyCommand.class, StatsCommand.class})
public final class JournalCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "name a command: verify or stats");
    }
}
