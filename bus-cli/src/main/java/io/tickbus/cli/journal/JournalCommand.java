// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Tickbus;

/** Checks a journal, or counts what it contains. */
public final class JournalCommand implements Command {
    private enum Action { VERIFY, STATS }

    private final Option<Action> action;
    private final BusArgument bus;
    private final JournalFolderOption journal;
    private final OutputOptions output;

    /** Says what it takes. */
    public JournalCommand(CommandSpec command) {
        action = command.argument(Action.class, "Read every block and say whether it is whole and no signal is missing,"
                + " or count blocks, signals, gaps, and entries by kind.").required();
        bus = new BusArgument(command);
        journal = new JournalFolderOption(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus journal verify md
                  tickbus journal stats md --json | jq .entries

                'tickbus replay' prints the signals.

                Exit code 1 when verify finds something unreadable or missing.""");
    }

    @Override
    public int run() {
        JournalTally tally = JournalTally.of(journal.of(bus.name()), output);
        if (action.get() == Action.STATS) {
            output.print(tally.report());
            return Tickbus.DONE;
        }
        output.print(tally.report(), tally.verdict());
        return tally.isWhole() ? Tickbus.DONE : Tickbus.FAILED;
    }
}
