// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.remove;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.journal.JournalRemoval;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Removes a bus that has no publisher. */
public final class RemoveCommand implements Command {
    /** No path can be this: --journal alone. */
    private static final Path DEFAULT_FOLDER = Path.of("");

    private final BusArgument bus;
    private final Option<Path> journal;
    private final OutputOptions output;

    /** Says what it takes. */
    public RemoveCommand(CommandSpec command) {
        bus = new BusArgument(command);
        journal = command.option("--journal", "DIR", PathText::parse, "Remove its journal too, which is in this "
                + "folder; without a folder in $XDG_STATE_HOME/tickbus/BUS. Without this option a journal stays.")
                .alone(DEFAULT_FOLDER);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus remove md
                  tickbus remove md --journal      and its durable timers and recorded signals

                Subscribers that are still attached see no more
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
        Path folder = removeJournal(directory);
        List<String> before = names(directory.path());
        directory.delete();
        boolean isGone = !Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS);
        List<String> removed = new ArrayList<>(before);
        removed.removeAll(names(directory.path()));
        output.print(new Report().with("bus", bus.name()).with("path", directory.path().toString())
                .with("files", removed).with("directoryRemoved", isGone)
                .with("journal", folder == null ? null : folder.toString()),
                "removed bus '" + bus.name() + "': " + String.join(", ", removed)
                + (folder == null ? "" : "; and its journal " + folder)
                + (isGone ? "" : "; " + directory.path() + " contains other files too, and stays"));
        return Tickbus.DONE;
    }

    /** Before the bus, without which a second try would find nothing; not where the bus will be refused. */
    private Path removeJournal(BusDirectory directory) {
        if (!journal.isGiven() || OwnerLock.probe(directory.lock()) == OwnerLock.Probe.HELD) {
            return null;
        }
        Path folder = journal.get().equals(DEFAULT_FOLDER) ? JournalOptions.defaultFolder(bus.name()) : journal.get();
        JournalRemoval.delete(folder, directory);
        return folder;
    }

    private static List<String> names(Path folder) {
        String[] names = folder.toFile().list();
        return names == null ? List.of() : Arrays.stream(names).sorted().toList();
    }
}
