package io.tickbus.bench.latency.timers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts another process's system calls with {@code strace -c -f}, attached for a while. */
final class SystemCalls {
    private static final int CALLS = 3;
    private static final int SHORTEST_LINE = 5;

    private final Process strace;
    private final Path summary;

    private SystemCalls(Process strace, Path summary) {
        this.strace = strace;
        this.summary = summary;
    }

    /** Why they cannot be counted so; empty where they can. */
    static Optional<String> refusal() {
        return Commands.find("strace").isPresent() ? Optional.empty() : Optional.of("there is no 'strace' on the PATH");
    }

    /** Begins to count; throws with strace's own words where the kernel forbids it. */
    static SystemCalls attach(long pid, Path directory) throws IOException {
        Path summary = directory.resolve("strace-" + pid);
        Process strace = new ProcessBuilder(List.of("strace", "-c", "-f", "-p", Long.toString(pid), "-o",
                summary.toString())).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        BufferedReader lines = new BufferedReader(
                new InputStreamReader(strace.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append(' ');
            if (line.contains(" attached")) {
                return new SystemCalls(strace, summary);
            }
        }
        throw new IOException(said.toString().strip());
    }

    /** Ends it: calls by name. */
    Map<String, Long> detach() throws IOException, InterruptedException {
        // By the handle: it leaves the streams alone, which strace may still write to.
        strace.toHandle().destroy();
        strace.waitFor();
        return parse(Files.readAllLines(summary));
    }

    /** Reads strace's table: share, seconds, microseconds per call, calls, errors where there are any, name. */
    static Map<String, Long> parse(List<String> lines) {
        Map<String, Long> calls = new TreeMap<>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+", -1);
            String name = words[words.length - 1];
            if (words.length >= SHORTEST_LINE && words[0].matches("[\\d.]+") && !name.equals("total")) {
                calls.put(name, Long.parseLong(words[CALLS]));
            }
        }
        return calls;
    }
}
