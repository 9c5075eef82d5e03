package io.tickbus.cli.journal;

import io.tickbus.cli.Tickbus;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Says whether a journal is whole. */
@Command(name = "verify", description = "Read every block and say whether it is whole and no signal is missing.",
        footer = {"", "Example: tickbus journal verify md", "", "Exit code 1 when something is unreadable or missing."})
final class VerifyCommand extends TallyCommand {
    @Override
    void print(JournalTally tally, PrintWriter out) {
        out.println(tally.verdict());
    }

    @Override
    int exitCode(JournalTally tally) {
        return tally.isWhole() ? Tickbus.DONE : Tickbus.FAILED;
    }
}
