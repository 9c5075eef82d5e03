// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Does what commands do, on a bus in a temporary folder, so that the JVM loads their classes and can archive them; the
 * script {@code ./tickbus} starts it once for each JVM.
 */
final class ArchiveTraining implements Command {
    private static final String[] LINES = {"--help", "daemon --help", "--version", "arm --key 1 --signal 1 --in 1h",
        "arm --key 2 --signal 1 --in 1us --wait", "list --all", "pause 1", "resume 1", "cancel 1", "stat",
        "stat default --json", "stat nosuch", "late", "publish 1 --bus other", "tail --from oldest --count 1",
        "dump --header", "remove other"};

    @Override
    public int run() throws IOException {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Path folder = Files.createTempDirectory("tickbus");
        try {
            try (TimerDaemon daemon = TimerDaemon.open(DaemonContext.of(BusDirectory.at(folder, "default"))
                    .settings(DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, Level.OFF)))) {
                daemon.start();
                for (String line : LINES) {
                    boolean isOfBus = !line.contains("--help") && !line.startsWith("-");
                    Tickbus.run(nowhere, nowhere, (line + (isOfBus ? " --dir " + folder : "")).split(" ", -1));
                }
            }
        } finally {
            deleteAll(folder);
        }
        return Tickbus.DONE;
    }

    private static void deleteAll(Path folder) throws IOException {
        for (String name : BusDirectory.list(folder)) {
            BusDirectory.at(folder, name).delete();
        }
        try (Stream<Path> rest = Files.list(folder)) {
            for (Path file : rest.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
