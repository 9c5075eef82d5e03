// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.remove;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Removes a bus that has no publisher. */
@Command(name = "remove",
        description = "Remove a bus that has no publisher: its files and its directory.",
        footer = {
            "",
            "Example: tickbus remove md",
            "",
            "Its journal, if it has one, stays. Subscribers that are still attached see no more",
            "signals until there is a bus of that name again.",
            "Exit code 1 when it has a publisher, whose pid is given, or when there is no such bus."})
public final class RemoveCommand implements Callable<Integer> {
    @Mixin
    private BusArgument bus;
    @Mixin
    private OutputOptions output;

    @Override
    public Integer call() {
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
