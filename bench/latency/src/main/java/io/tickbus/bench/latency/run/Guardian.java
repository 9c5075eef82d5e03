package io.tickbus.bench.latency.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Does something when a run is over, however it ends, kill -9 included: a shell that waits for the end of its standard
 * input, which is ours. A Ctrl-C that ends everybody else does not end it.
 */
public final class Guardian implements AutoCloseable {
    private static final long PATIENCE_S = 10;
    private static final String WAIT = "trap '' INT TERM HUP; echo ready; rest=$(cat); ";
    /**
     * Twice: who was just making a file has by then found its parent gone, for which {@link ParentWatch} takes a while.
     * A queue is named like the directory.
     */
    private static final String CLEAR = "rm -rf -- \"$1\"; sleep \"${rest:-2}\"; rm -rf -- \"$1\"; "
            + "rm -f -- \"/dev/mqueue/${1##*/}\"";
    /** In seconds, at a good end: the children have ended by then. */
    private static final String SHORT_REST = "0.5";

    private final Process shell;

    private Guardian(Process shell) {
        this.shell = shell;
    }

    /** Begins to guard: runs a line of shell, with {@code $1} and so on, at the end. */
    public static Guardian running(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", WAIT + script, "guardian"));
        command.addAll(List.of(arguments));
        Process shell = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        // Not before it is deaf to signals.
        if (shell.getInputStream().read() < 0) {
            throw new IOException("there is no shell 'sh' that could clear up afterwards");
        }
        return new Guardian(shell);
    }

    /** Begins to guard: takes a directory away at the end. */
    public static Guardian clearing(Path directory) throws IOException {
        return running(CLEAR, directory.toString());
    }

    /** Has it done now, and waits for that. */
    @Override
    public void close() {
        try (OutputStream input = shell.getOutputStream()) {
            input.write(SHORT_REST.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // Somebody has ended it.
            shell.destroy();
        }
        try {
            shell.waitFor(PATIENCE_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
