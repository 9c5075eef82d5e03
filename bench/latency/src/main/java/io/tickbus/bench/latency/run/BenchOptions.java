package io.tickbus.bench.latency.run;

import io.tickbus.bench.latency.transport.Transports;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What every benchmark of transports can be told. */
public final class BenchOptions {
    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these transports.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Option(names = "--no-pin", negatable = false, description = "Leave the placement of the processes to the kernel.")
    private boolean isUnpinned;

    /** The command line makes it. */
    public BenchOptions() {
        // Nothing to set.
    }

    /** Whether to print JSON. */
    public boolean isJson() {
        return isJson;
    }

    /** Whether to pin the processes. */
    public boolean isPinned() {
        return !isUnpinned;
    }

    /** The transports that are wanted out of those that are possible, in their order. */
    public List<Transports> wanted(List<Transports> possible) {
        only.forEach(Transports::of);
        List<Transports> wanted = new ArrayList<>();
        for (Transports transport : possible) {
            if (only.isEmpty() || only.contains(transport.label())) {
                wanted.add(transport);
            }
        }
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("none of these transports takes part here: only=" + only);
        }
        return wanted;
    }
}
