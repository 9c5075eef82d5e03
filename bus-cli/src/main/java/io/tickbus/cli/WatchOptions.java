// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.util.concurrent.TimeUnit;

/** For commands that print once, or with {@code --watch} every second until Ctrl-C or the reader is gone. */
public final class WatchOptions extends OutputOptions {
    private static final long INTERVAL_MS = 1000;
    private static final String CLEAR = "\033[H\033[2J";

    private final Option<Boolean> watch;

    /** Of a command. */
    public WatchOptions(CommandSpec command) {
        super(command);
        watch = command.flag("--watch", "Continue every second until Ctrl-C.");
    }

    /** Whether it continues. */
    public boolean isWatch() {
        return watch.isGiven();
    }

    /** With {@code --watch} one a line. */
    @Override
    public void print(Report report) {
        if (isJson() && isWatch()) {
            printLine(report, "");
        } else {
            super.print(report);
        }
    }

    /** Clears a terminal, where the next result takes the place of the last one. */
    public void clear() {
        if (isWatch() && !isJson() && Terminal.hasColours()) {
            out().print(CLEAR);
        }
    }

    /** Runs an action once a second. */
    public void repeat(Runnable action) {
        Thread watcher = Thread.currentThread();
        try (ShutdownHook stop = ShutdownHook.listen(watcher::interrupt)) {
            while (!stop.isRequested()) {
                action.run();
                out().flush();
                TimeUnit.MILLISECONDS.sleep(INTERVAL_MS);
                Output.check();
            }
        } catch (InterruptedException e) {
            // Ctrl-C.
            Thread.currentThread().interrupt();
        }
    }
}
