// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Does something when a run is over, however it ends, {@code kill -9} included: a shell that waits for the end of its
 * standard input, which is ours. A Ctrl-C that ends the other processes does not end it.
 */
public final class CleanupGuard implements AutoCloseable {
    private static final long TIMEOUT_S = 10;
    private static final String WAIT = "trap '' INT TERM HUP; echo ready; rest=$(cat); ";
    /**
     * Twice: a child that was just creating a file has by then noticed that its parent is gone, for which
     * {@link ParentWatch} takes a while. A POSIX message queue has the directory's name.
     */
    private static final String DELETE = "rm -rf -- \"$1\"; sleep \"${rest:-2}\"; rm -rf -- \"$1\"; "
            + "rm -f -- \"/dev/mqueue/${1##*/}\"";
    /** In seconds, at a good end: the children have ended by then. */
    private static final String SHORT_REST = "0.1";

    private final Process shell;

    private CleanupGuard(Process shell) {
        this.shell = shell;
    }

    /** Begins to guard: runs a line of shell, with {@code $1} and so on, at the end. */
    public static CleanupGuard running(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", WAIT + script, "cleanup-guard"));
        command.addAll(List.of(arguments));
        Process shell = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        // Not before it ignores signals.
        if (shell.getInputStream().read() < 0) {
            throw new IOException("there is no shell 'sh' that could clean up afterwards; install one");
        }
        return new CleanupGuard(shell);
    }

    /** Begins to guard: deletes a directory at the end. */
    static CleanupGuard deleting(Path directory) throws IOException {
        return running(DELETE, directory.toString());
    }

    /** Does it now, and waits for that. */
    @Override
    public void close() {
        try (OutputStream input = shell.getOutputStream()) {
            input.write(SHORT_REST.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // Somebody has ended it.
            shell.destroy();
        }
        try {
            shell.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
