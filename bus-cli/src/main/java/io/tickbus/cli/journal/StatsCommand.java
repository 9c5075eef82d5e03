package io.tickbus.cli.journal;

import io.tickbus.cli.Tickbus;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Counts what a journal holds. */
@Command(name = "stats", description = "Count what the journal holds: blocks, signals, gaps, entries by kind.",
        footer = {"", "Example: tickbus journal stats md --json | jq .entries"})
final class StatsCommand extends TallyCommand {
    @Override
    void print(JournalTally tally, PrintWriter out) {
        tally.print(out);
    }

    @Override
    int exitCode(JournalTally tally) {
        return Tickbus.DONE;
    }
}
