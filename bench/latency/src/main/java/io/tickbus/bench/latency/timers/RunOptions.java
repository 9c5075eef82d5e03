package io.tickbus.bench.latency.timers;

import picocli.CommandLine.Option;

/** What every scenario can be told. */
final class RunOptions {
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Option(names = "--no-pin", negatable = false, description = "Leave the placement of the processes to the kernel.")
    private boolean isUnpinned;

    @Option(names = "--rest-ms", defaultValue = "300", description = "Rest between two slices; default 300 ms.")
    private long restMs;

    @Option(names = "--seed", defaultValue = "20240229", description = "Of all random deadlines; default 20240229.")
    private long seed;

    @Option(names = "--lead-ms", defaultValue = "300",
            description = "From the arming to the first deadline, at least; default 300 ms.")
    private long leadMs;

    boolean isJson() {
        return isJson;
    }

    boolean isPinned() {
        return !isUnpinned;
    }

    long restMs() {
        return restMs;
    }

    long leadMs() {
        return leadMs;
    }

    long seed() {
        return seed;
    }
}
