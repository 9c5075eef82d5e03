// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.Commands;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import io.tickbus.bench.latency.timers.Peer.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Go's {@code time.AfterFunc}, in a small program that is compiled here where there is a Go. */
final class GoPeer implements Peer {
    private static final String CPU = "cpu";

    private final Program program;
    private final RateMode rateMode;

    private GoPeer(Program program, RateMode rateMode) {
        this.program = program;
        this.rateMode = rateMode;
    }

    /** Compiles it where that is possible. */
    static Optional<Peer> build(BenchHarness harness, RateMode rateMode) throws InterruptedException {
        return Program.build(harness, "afterfunc").map(found -> new GoPeer(found, rateMode));
    }

    static String name(RateMode rateMode) {
        return "go-afterfunc" + rateMode.suffix();
    }

    @Override
    public String name() {
        return name(rateMode);
    }

    @Override
    public Outcome run(Workload workload, long startNs) throws IOException, InterruptedException {
        long periodNs = workload.periodsNs().get(0);
        Outcome outcome = parse(program.run(workload.timers(), periodNs, workload.spreadNs(),
                workload.durationNs(), workload.settleNs(), rateMode == RateMode.FIXED_DELAY ? 1 : 0), workload);
        Schedule expected = new Schedule(workload.spreadNs() == 0 ? workload
                : Workload.once(workload.timers(), workload.spreadNs(), 0), 0);
        long unsettled = periodNs == 0 ? 0 : (workload.settleNs() + periodNs - 1) / periodNs;
        long missing = expected.occurrences() - unsettled - outcome.stats().count();
        outcome.stats().tally(Tally.LOST, Math.max(0, missing));
        outcome.stats().tally(Tally.DUPLICATED, Math.max(0, -missing));
        return outcome;
    }

    /** Reads a lateness a line, and one line of the CPU time used in nanoseconds. */
    static Outcome parse(String output, Workload workload) {
        FiringStats stats = new FiringStats();
        long periodNs = workload.periodsNs().get(0);
        Drift drift = new Drift(periodNs);
        int occurrence = 0;
        double cpuPercent = 0;
        for (String line : output.split("\n", -1)) {
            if (line.startsWith(CPU)) {
                cpuPercent = 100.0 * Long.parseLong(line.substring(CPU.length()).strip()) / workload.durationNs();
            } else if (!line.isBlank()) {
                long latenessNs = Long.parseLong(line.strip());
                stats.record(latenessNs);
                stats.tally(Tally.EARLY, latenessNs < 0 ? 1 : 0);
                if (occurrence * periodNs + latenessNs < workload.durationNs()) {
                    drift.fired(occurrence, latenessNs);
                }
                occurrence++;
            }
        }
        // Lines are in the order of a single timer's firings only, and are all of them only without a time to settle.
        boolean isDrift = periodNs > 0 && workload.size() == 1 && workload.settleNs() == 0;
        return new Outcome(stats, Map.of("process", Math.round(100 * cpuPercent) / 100.0),
                isDrift ? Map.of("drift", drift.toMap()) : Map.of());
    }

    /** A small Go program of this package, compiled here where there is a Go. */
    record Program(Path program, int cpu) {
        /** Compiles one, if that was not done already; leaves it out with the reason where that fails. */
        static Optional<Program> build(BenchHarness harness, String name) throws InterruptedException {
            Optional<Path> go = Commands.find("go");
            if (go.isEmpty()) {
                harness.report().leaveOut("go-afterfunc", "there is no 'go' on the PATH");
                return Optional.empty();
            }
            Path source = harness.directory().resolve(name + ".go");
            Path program = harness.directory().resolve(name);
            if (!Files.exists(program)) {
                try (InputStream in = Program.class.getResourceAsStream(name + ".go")) {
                    Files.copy(in, source);
                    Commands.run(List.of(go.get().toString(), "build", "-o", program.toString(), source.toString()));
                } catch (IOException e) {
                    harness.report().leaveOut("go-afterfunc", e.getMessage());
                    return Optional.empty();
                }
            }
            return Optional.of(new Program(program, harness.receiverCpu()));
        }

        /** Runs it, on the observer's processor; what it printed. */
        String run(long... arguments) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>();
            if (cpu >= 0 && Commands.find("taskset").isPresent()) {
                command.addAll(List.of("taskset", "-c", Integer.toString(cpu)));
            }
            command.add(program.toString());
            command.addAll(LongStream.of(arguments).mapToObj(Long::toString).toList());
            return Commands.run(command);
        }
    }
}
