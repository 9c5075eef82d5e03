// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import static io.tickbus.bench.latency.harness.BenchOptions.atLeast;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.IdleStates;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.bench.latency.transport.Transports;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
    @Mixin
    private BenchOptions options;
    @Mixin
    private BenchOptions.Only only;
    @Mixin
    private final BenchOptions.Rounds rounds = new BenchOptions.Rounds(80);
    @Mixin
    private final BenchOptions.WarmUp warmUp = new BenchOptions.WarmUp(20);

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
            List<Transports> available = Transports.prepare(wanted, harness);
            List<Leg> legs = available.stream().map(each -> Leg.of(each, rounds.count())).collect(Collectors.toList());
            available.stream().filter(each -> each.pace() == Transports.Pace.SLEEPING).map(Leg::dense)
                    .forEach(legs::add);
            if (legs.isEmpty()) {
                System.err.println("bench: none of these transports can run here, see the reasons above");
                return 1;
            }
            PairRun run = PairRun.of(new OneWayPlan(harness.directory(), legs, 1, atLeast(0, "count-calls", counted),
                    TimeUnit.MILLISECONDS.toNanos(stallMs)), List.of(IdleStates.ALLOWED), harness, warmUp.ns(),
                    histograms);
            List<Double> calls = counted > 0 ? run.systemCalls() : List.of();
            List<Long> floor = available.get(0) == Transports.C_FLOOR ? run.mediansNs(0) : List.of();
            for (int i = 0; i < available.size(); i++) {
                Map<String, Object> row = run.row(i);
                row.put("syscallsPerMessage", calls.isEmpty() ? null : calls.get(i));
                row.put("ratioToFloor", ratios(run.mediansNs(i), floor));
                report.row(row);
            }
        }
        return report.print(options.isJson());
    }

    /** Quartiles of the ratios, round by round; empty without a floor. */
    private static Map<String, Object> ratios(List<Long> medians, List<Long> floor) {
        double[] ratios = new double[floor.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = (double) medians.get(i) / Math.max(1, floor.get(i));
        }
        return Percentiles.of(ratios);
    }
}
