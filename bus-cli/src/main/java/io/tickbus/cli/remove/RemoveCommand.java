// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.remove;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import java.nio.file.Files;
import java.nio.file.LinkOption;

/** Removes a bus that has no publisher. */
public final class RemoveCommand implements Command {
    private final BusArgument bus;
    private final OutputOptions output;

    /** Says what it takes. */
    public RemoveCommand(CommandSpec command) {
        bus = new BusArgument(command);
        output = new OutputOptions(command);
        command.footer("""
                Example: tickbus remove md

                Its journal, if it has one, stays. Subscribers that are still attached see no more
                signals until there is a bus of that name again.

                Exit code 1 when it has a publisher, whose pid is given, or when there is no such bus.""");
    }

    @Override
    public int run() {
        if (!bus.isBusNamed()) {
            throw new IllegalArgumentException("name the bus to remove; 'tickbus stat' lists those that are there");
        }
        BusDirectory directory = bus.directory();
        if (!Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS)) {
            throw new BusException(BusException.Reason.NOT_FOUND, "bus '" + bus.name() + "'", "there is none in "
                    + bus.root(), "'tickbus stat' lists those that are there");
        }
        directory.check();
        directory.delete();
        boolean isGone = !Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS);
        output.print(new Report().with("bus", bus.name()).with("path", directory.path().toString())
                .with("directoryRemoved", isGone), "removed bus '" + bus.name() + "'" + (isGone ? ""
                : "; " + directory.path() + " contains other files too, and stays"));
        return Tickbus.DONE;
    }
}
