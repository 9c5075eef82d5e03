// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An strace of another process and all of its threads. */
public final class Strace {
    private static final int CALLS = 3;
    private static final int SHORTEST_LINE = 5;

    private final Process strace;
    private final Path output;

    private Strace(Process strace, Path output) {
        this.strace = strace;
        this.output = output;
    }

    /** Attaches; throws with strace's own words where it is missing or the kernel forbids it. */
    public static Strace attach(long pid, Path directory, String... options) throws IOException {
        if (Commands.find("strace").isEmpty()) {
            throw new IOException("there is no 'strace' on the PATH");
        }
        Path output = directory.resolve("strace-" + pid);
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-p", Long.toString(pid), "-o",
                output.toString()));
        command.addAll(List.of(options));
        Process strace = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(strace.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append(' ');
            if (line.contains(" attached")) {
                return new Strace(strace, output);
            }
        }
        throw new IOException(said.toString().strip());
    }

    /** Ends it: what it wrote. */
    public List<String> detach() throws IOException, InterruptedException {
        // By the handle: it leaves the streams alone, which strace may still write to.
        strace.toHandle().destroy();
        strace.waitFor();
        return Files.readAllLines(output, StandardCharsets.ISO_8859_1);
    }

    /** Reads the table of {@code -c}: share, seconds, µs per call, calls, errors where there are any, name. */
    public static Map<String, Long> table(List<String> lines) {
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
