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
 * Cleans up after a run, however it ends, {@code kill -9} included. The guard is a shell whose standard input is a pipe
 * from this process: when the pipe closes, the shell cleans up. It ignores the Ctrl-C that ends the other processes.
 */
public final class CleanupGuard implements AutoCloseable {
    private static final long TIMEOUT_S = 10;
    private static final String WAIT = "trap '' INT TERM HUP; echo ready; pause=$(cat); ";
    /**
     * Deletes twice, with a pause in between: a child may still create a file until its {@link ParentWatch} notices
     * that this process has ended. A POSIX message queue has the directory's name.
     */
    private static final String DELETE = "rm -rf -- \"$1\"; sleep \"${pause:-2}\"; rm -rf -- \"$1\"; "
            + "rm -f -- \"/dev/mqueue/${1##*/}\"";
    /** The pause in seconds after a normal end, when all children have ended already. */
    private static final String SHORT_PAUSE = "0.1";

    private final Process shell;

    private CleanupGuard(Process shell) {
        this.shell = shell;
    }

    /** Starts a guard that runs a shell script at the end, with the arguments as {@code $1} and so on. */
    public static CleanupGuard running(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", WAIT + script, "cleanup-guard"));
        command.addAll(List.of(arguments));
        Process shell = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        // Waits until it ignores signals.
        if (shell.getInputStream().read() < 0) {
            throw new IOException("there is no shell 'sh' that could clean up afterwards; install one");
        }
        return new CleanupGuard(shell);
    }

    /** Starts a guard that deletes a directory at the end. */
    static CleanupGuard deleting(Path directory) throws IOException {
        return running(DELETE, directory.toString());
    }

    /** Cleans up now, and returns when that is done. */
    @Override
    public void close() {
        try (OutputStream input = shell.getOutputStream()) {
            input.write(SHORT_PAUSE.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The shell was killed.
            shell.destroy();
        }
        try {
            shell.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
