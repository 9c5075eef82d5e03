// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.PathText;
import io.tickbus.daemon.journal.JournalOptions;
import java.nio.file.Path;

/** Where the journal is that a command reads. */
final class JournalFolderOption {
    private final Option<Path> folder;

    JournalFolderOption(CommandSpec command) {
        folder = command.option("--journal", "DIR", PathText::parse, "The journal's folder; without it "
                + "$XDG_STATE_HOME/tickbus/BUS.");
    }

    /** The folder, of that bus where none was named. */
    Path of(String bus) {
        return folder.isGiven() ? folder.get() : JournalOptions.defaultFolder(bus);
    }
}
