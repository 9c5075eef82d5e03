// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** Options that several benchmarks share. */
public final class BenchOptions {
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Option(names = "--no-pin", negatable = false, description = "Leave the placement of the processes to the kernel.")
    private boolean isUnpinned;

    /** Whether to print JSON. */
    public boolean isJson() {
        return isJson;
    }

    /** Whether to pin the processes. */
    public boolean isPinned() {
        return !isUnpinned;
    }

    /** How many rounds count. */
    public static final class Rounds {
        @Option(names = "--rounds", paramLabel = "N", description = "Rounds that count; default ${DEFAULT-VALUE}.")
        private int rounds;

        /** With a default. */
        public Rounds(int rounds) {
            this.rounds = rounds;
        }

        /** At least 1. */
        public int count() {
            return atLeast(1, "rounds", rounds);
        }
    }

    /** How long the figures have to come to rest before they count. */
    public static final class WarmUp {
        @Option(names = "--warm-up", paramLabel = "SECONDS", description = {
            "At most, until the figures of all that take part settle; only then they count.",
            "Default ${DEFAULT-VALUE}."})
        private int seconds;

        /** With a default. */
        public WarmUp(int seconds) {
            this.seconds = seconds;
        }

        /** At most. */
        public long ns() {
            return TimeUnit.SECONDS.toNanos(atLeast(0, "warm-up", seconds));
        }
    }

    /** Which of those compared take part. */
    public static final class Only {
        @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these; default all.")
        private List<String> names = new ArrayList<>();

        /** Empty for all. */
        public List<String> names() {
            return names;
        }

        /** Whether something with that name, or a name that begins so, was asked for. */
        public boolean includes(String name) {
            return names.isEmpty() || names.stream().anyMatch(name::startsWith);
        }

        /** For when nobody takes part. */
        public IllegalArgumentException nobody() {
            return new IllegalArgumentException("none of these takes part here: only=" + names);
        }
    }

    /** A value that must not be too small. */
    public static int atLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException("--" + name + " must be at least " + least + ": " + name + "=" + value);
        }
        return value;
    }
}
