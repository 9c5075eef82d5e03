package io.tickbus.cli.remove;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.bus.BusDirectory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes a bus that nobody publishes on. */
@Command(name = "remove",
        description = "Remove a bus that nobody publishes on: its files and its directory.",
        footer = {
            "",
            "Example: tickbus remove md",
            "",
            "What its journal has, if it keeps one, stays there. Subscribers that are still attached see no more",
            "signals until there is a bus of that name again.",
            "Exit code 1 when somebody publishes on it, with the pid, or when there is no such bus."})
public final class RemoveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private BusArgument bus;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    @Override
    public Integer call() {
        if (!bus.isBusNamed()) {
            throw new IllegalArgumentException("name the bus to remove; 'tickbus stat' lists those that are there");
        }
        BusDirectory directory = bus.directory();
        directory.check();
        directory.delete();
        boolean isGone = !Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS);
        if (isJson) {
            JsonOutput.print(spec.commandLine().getOut(), new JsonObject().with("bus", bus.name())
                    .with("path", directory.path().toString()).with("directoryRemoved", isGone));
        } else {
            spec.commandLine().getOut().println("removed bus '" + bus.name() + "'" + (isGone ? ""
                    : "; " + directory.path() + " holds files that are not the bus's, and stays"));
        }
        return Tickbus.DONE;
    }
}
