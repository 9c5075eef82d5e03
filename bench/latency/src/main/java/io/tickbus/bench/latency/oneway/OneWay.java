// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import static io.tickbus.bench.latency.harness.BenchOptions.atLeast;
import static io.tickbus.bench.latency.harness.BenchReport.Column.field;
import static io.tickbus.bench.latency.harness.BenchReport.Column.figure;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.bench.latency.transport.Transports;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One-way latency between two pinned processes, all transports interleaved in bursts in the same two threads, so that
 * what the host does to one it does to all: what counts is each transport's median per round divided by the floor's of
 * the same round.
 */
@Command(name = "oneway", mixinStandardHelpOptions = true,
        description = "Measure one-way latency against a C floor, interleaved, in one pair of pinned processes.")
public final class OneWay implements Callable<Integer> {
    private static final String MEDIANS = "roundMediansNs";

    @Mixin
    private BenchOptions options;
    @Mixin
    private BenchOptions.Only only;
    @Mixin
    private final BenchOptions.Rounds rounds = new BenchOptions.Rounds(80);
    @Mixin
    private final BenchOptions.WarmUp warmUp = new BenchOptions.WarmUp(40);

    @Option(names = "--histograms", paramLabel = "FILE",
            description = "Write all latencies as an HdrHistogram log to this file.")
    private Path histograms;

    @Option(names = "--count-calls", defaultValue = "100", paramLabel = "N",
            description = "Messages of each transport whose system calls are counted; 0 for none; default 100.")
    private int counted;

    @Option(names = "--stall-ms", defaultValue = "0", hidden = true,
            description = "Stop the receiver once for that long with each transport, to see that it shows.")
    private long stallMs;

    @Override
    public Integer call() throws Exception {
        List<Transports> wanted = Transports.wanted(only, Stream.of(Transports.values()));
        BenchReport report = new BenchReport("transports");
        try (BenchHarness harness = BenchHarness.open(report, options.isPinned())) {
            List<Leg> legs = Transports.prepare(wanted, harness).stream()
                    .map(each -> Leg.of(each, rounds.count())).toList();
            if (legs.isEmpty()) {
                System.err.println("bench: none of these transports can run here, see the reasons above");
                return 1;
            }
            PairRun run = PairRun.of(new OneWayPlan(harness.directory(), legs, warmUp.rounds(),
                    atLeast(0, "count-calls", counted), TimeUnit.MILLISECONDS.toNanos(stallMs)), harness, histograms);
            List<Long> floor = legs.get(0).transport() == Transports.C_FLOOR
                    ? JsonLines.numbers(run.legs().get(0), MEDIANS) : List.of();
            for (int i = 0; i < legs.size(); i++) {
                Map<String, Object> row = run.row(i, MEDIANS, "cpuNs", "wallNs");
                row.put("syscallsPerMessage", run.systemCalls().isEmpty() ? null : run.systemCalls().get(i));
                row.put("ratioToFloor", ratios(JsonLines.numbers(run.legs().get(i), MEDIANS), floor));
                report.row(row);
            }
        }
        return report.print(options.isJson(), field("transport", -20, "name"), field("count", 9, "count"),
                field("lost", 6, "lost"), figure("p50 us", "latencyNs", "p50", 1e3, 2),
                figure("p99 us", "latencyNs", "p99", 1e3, 2), figure("p99.9 us", "latencyNs", "p999", 1e3, 2),
                figure("max us", "latencyNs", "max", 1e3, 2), figure("x floor", "ratioToFloor", "p50", 1, 2),
                figure("calls", null, "syscallsPerMessage", 1, 2));
    }

    /** Quartiles of the ratios, round by round; empty without a floor. */
    private static Map<String, Object> ratios(List<Long> medians, List<Long> floor) {
        double[] ratios = new double[floor.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = (double) medians.get(i) / Math.max(1, floor.get(i));
        }
        return ratios.length == 0 ? Map.of() : Percentiles.quartiles(ratios);
    }
}
