package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.run.Strace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts another process's system calls with {@code strace -c -f}, attached for a while. */
final class SystemCalls {
    private static final int CALLS = 3;
    private static final int SHORTEST_LINE = 5;

    private final Strace strace;

    private SystemCalls(Strace strace) {
        this.strace = strace;
    }

    /** Why they cannot be counted so; empty where they can. */
    static Optional<String> refusal() {
        return Commands.find("strace").isPresent() ? Optional.empty() : Optional.of("there is no 'strace' on the PATH");
    }

    /** Begins to count; throws with strace's own words where the kernel forbids it. */
    static SystemCalls attach(long pid, Path directory) throws IOException {
        return new SystemCalls(Strace.attach(pid, directory, "-c"));
    }

    /** Ends it: calls by name. */
    Map<String, Long> detach() throws IOException, InterruptedException {
        return parse(strace.detach());
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
