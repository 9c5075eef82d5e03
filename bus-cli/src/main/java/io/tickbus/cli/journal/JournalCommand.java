// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Tickbus;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks a journal, or counts what it contains. */
@Command(name = "journal", description = "Check a journal, or count what it contains. Changes nothing.",
        footer = {"", "Example: tickbus journal verify md", "", "'tickbus replay' prints the signals."})
public final class JournalCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "name a command: verify or stats");
    }

    @Command(name = "verify", description = "Read every block and say whether it is whole and no signal is missing.",
            footer = {"", "Example: tickbus journal verify md", "",
                "Exit code 1 when something is unreadable or missing."})
    int verify(@Mixin BusArgument bus, @Mixin JournalFolderOption journal, @Mixin OutputOptions output) {
        JournalTally tally = JournalTally.of(journal.of(bus.name()), output);
        output.print(tally.report(), tally.verdict());
        return tally.isWhole() ? Tickbus.DONE : Tickbus.FAILED;
    }

    @Command(name = "stats", description = "Count what the journal contains: blocks, signals, gaps, entries by kind.",
            footer = {"", "Example: tickbus journal stats md --json | jq .entries"})
    int stats(@Mixin BusArgument bus, @Mixin JournalFolderOption journal, @Mixin OutputOptions output) {
        output.print(JournalTally.of(journal.of(bus.name()), output).report());
        return Tickbus.DONE;
    }
}
