package io.tickbus.bench.latency.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An strace that looks at another process and all of its threads. */
public final class Strace {
    private static final long PATIENCE_S = 10;

    private final Process strace;
    private final Path output;

    private Strace(Process strace, Path output) {
        this.strace = strace;
        this.output = output;
    }

    /** Attaches; throws with its own words where it is missing or the kernel forbids it. */
    public static Strace attach(long pid, Path directory, String... options) throws IOException {
        Path output = directory.resolve("strace-" + pid);
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-p", Long.toString(pid), "-o",
                output.toString()));
        command.addAll(List.of(options));
        Process strace = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader lines = BenchRun.lines(strace);
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append(' ');
            if (line.contains(" attached")) {
                return new Strace(strace, output);
            }
        }
        throw new IOException(said.toString().strip());
    }

    /** Ends it now: what it wrote. */
    public List<String> detach() throws IOException, InterruptedException {
        // By the handle: it leaves the streams alone, which strace may still write to.
        strace.toHandle().destroy();
        strace.waitFor();
        return Files.readAllLines(output, StandardCharsets.ISO_8859_1);
    }

    /** Waits for the end of the process, some seconds at most: what it wrote. */
    public List<String> finish() throws IOException, InterruptedException {
        return strace.waitFor(PATIENCE_S, TimeUnit.SECONDS)
                ? Files.readAllLines(output, StandardCharsets.ISO_8859_1) : detach();
    }
}
