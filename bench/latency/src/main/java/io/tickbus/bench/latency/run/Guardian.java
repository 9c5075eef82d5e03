package io.tickbus.bench.latency.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clears a run's directory away when the run is over, however it ends: a shell that waits for the end of its standard
 * input, which is ours. A Ctrl-C that ends everybody else does not end it.
 */
public final class Guardian implements AutoCloseable {
    private static final long PATIENCE_S = 10;
    /** Twice: whoever was just making a file may still have done so. The name of a queue is that of the directory. */
    private static final String SCRIPT = "trap '' INT TERM HUP; cat >/dev/null; rm -rf -- \"$1\"; sleep 0.3; "
            + "rm -rf -- \"$1\"; rm -f -- \"/dev/mqueue/${1##*/}\"";

    private final Process shell;

    private Guardian(Process shell) {
        this.shell = shell;
    }

    /** Begins to guard. */
    public static Guardian of(Path directory) throws IOException {
        return new Guardian(new ProcessBuilder(List.of("sh", "-c", SCRIPT, "guardian", directory.toString()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Has it cleared away, and waits for that. */
    @Override
    public void close() throws IOException {
        shell.getOutputStream().close();
        try {
            shell.waitFor(PATIENCE_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
