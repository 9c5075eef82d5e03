package io.tickbus.bench.latency.clocks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Changes the kernel's clock source and puts back the one that was there, also when this process is killed: a shell
 * that waits for the end of its standard input, which is ours, does it.
 */
final class SourceSwitch implements AutoCloseable {
    private static final String SCRIPT = "trap '' INT TERM HUP; cat >/dev/null; printf '%s\\n' \"$1\" >\"$2\"";
    private static final long PATIENCE_S = 10;

    private final Path file;
    private final Process shell;

    private SourceSwitch(Path file, Process shell) {
        this.file = file;
        this.shell = shell;
    }

    /** Begins: the source that is there now is the one that is put back. */
    static SourceSwitch open(Path file) throws IOException {
        String original = Files.readString(file).strip();
        return new SourceSwitch(file, new ProcessBuilder(List.of("sh", "-c", SCRIPT, "clock-source", original,
                file.toString())).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
    }

    void choose(String source) throws IOException {
        Files.writeString(file, source + "\n");
        String now = Files.readString(file).strip();
        if (!now.equals(source)) {
            throw new IOException("the kernel keeps " + now + " and does not take " + source);
        }
    }

    @Override
    public void close() throws IOException {
        shell.getOutputStream().close();
        try {
            if (!shell.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new IOException("the clock source was not put back within " + PATIENCE_S + " s: file=" + file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
