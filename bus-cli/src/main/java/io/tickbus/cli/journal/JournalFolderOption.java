// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.daemon.journal.JournalOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the journal is that a command reads. */
final class JournalFolderOption {
    @Option(names = "--journal", paramLabel = "DIR",
            description = "The journal's folder; default $XDG_STATE_HOME/tickbus/BUS.")
    private Path folder;

    /** The folder, of that bus where none was named. */
    Path of(String bus) {
        return folder == null ? JournalOptions.defaultFolder(bus) : folder;
    }
}
