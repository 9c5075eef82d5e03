// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.Commands;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import io.tickbus.bench.latency.timers.Peer.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * {@code cyclictest -p 80}: what the kernel gives a thread of real-time priority. Knows only one periodic timer. It
 * would forbid idle states on its own; whether they are allowed is for the benchmark to say, for all alike.
 */
final class CyclictestPeer implements Peer {
    /** Its histogram has buckets of 1 µs, up to this many. */
    private static final int BUCKETS = 20_000;

    private final Path program;
    private final int cpu;

    private CyclictestPeer(Path program, int cpu) {
        this.program = program;
        this.cpu = cpu;
    }

    static Optional<Peer> find(BenchHarness harness) {
        return Commands.find("cyclictest").map(found -> new CyclictestPeer(found, harness.receiverCpu()));
    }

    @Override
    public String name() {
        return "cyclictest-p80";
    }

    @Override
    public Optional<String> refusal(Workload workload) {
        return workload.size() == 1 && workload.periodsNs().get(0) > 0 ? Optional.empty()
                : Optional.of("it has one periodic timer only");
    }

    @Override
    public Outcome run(Workload workload, long startNs) throws IOException, InterruptedException {
        long periodNs = workload.periodsNs().get(0);
        long loops = workload.durationNs() / periodNs;
        List<String> command = new ArrayList<>(List.of(program.toString(), "--default-system", "-q", "-m", "-t1", "-p",
                "80", "-i", Long.toString(TimeUnit.NANOSECONDS.toMicros(periodNs)), "-l", Long.toString(loops), "-h",
                Integer.toString(BUCKETS)));
        if (cpu >= 0) {
            command.addAll(List.of("-a", Integer.toString(cpu)));
        }
        FiringStats stats = parse(Commands.run(command));
        stats.tally(Tally.LOST, Math.max(0, loops - stats.count()));
        return new Outcome(stats, Map.of(), Map.of());
    }

    /** Reads the histogram: lines of a latency in µs and a count, and what did not fit. */
    static FiringStats parse(String output) {
        FiringStats stats = new FiringStats();
        for (String line : output.split("\n", -1)) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length == 2 && words[0].matches("\\d+") && words[1].matches("\\d+")) {
                long count = Long.parseLong(words[1]);
                if (count > 0) {
                    stats.record(TimeUnit.MICROSECONDS.toNanos(Long.parseLong(words[0])), count);
                }
            } else if (line.startsWith("# Histogram Overflows:")) {
                long overflows = Long.parseLong(words[words.length - 1]);
                if (overflows > 0) {
                    stats.record(TimeUnit.MICROSECONDS.toNanos(BUCKETS), overflows);
                }
            }
        }
        return stats;
    }
}
