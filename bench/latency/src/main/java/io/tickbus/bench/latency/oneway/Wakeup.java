// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import static io.tickbus.bench.latency.harness.BenchReport.Column.field;
import static io.tickbus.bench.latency.harness.BenchReport.Column.figure;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.transport.Transports;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What it costs to wake a receiver that sleeps, by how long it has slept: latency, and CPU of its process. */
@Command(name = "wakeup", mixinStandardHelpOptions = true, description = {
    "Measure latency and CPU of a sleeping receiver by idle gap, 10 us to 1 s, and of two that spin, to 1 ms.",
    "A gap of 10 ms has half as many rounds, one of 1 s a tenth."})
public final class Wakeup implements Callable<Integer> {
    /** Gaps, with the messages of a burst and the share of rounds: a second is long. */
    private static final List<Gap> GAPS = List.of(new Gap(TimeUnit.MICROSECONDS.toNanos(10), 500, 1),
            new Gap(TimeUnit.MICROSECONDS.toNanos(100), 100, 1), new Gap(TimeUnit.MILLISECONDS.toNanos(1), 20, 1),
            new Gap(TimeUnit.MILLISECONDS.toNanos(10), 5, 2), new Gap(TimeUnit.SECONDS.toNanos(1), 1, 10));
    /** Two that spin for comparison, in short bursts: a longer one would be throttled on small virtual machines. */
    private static final List<Transports> SPINNING = List.of(Transports.TICKBUS_SPIN, Transports.TICKBUS_BACKOFF);
    private static final long LONGEST_SPUN_GAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    @Mixin
    private BenchOptions options;
    @Mixin
    private BenchOptions.Only only;
    @Mixin
    private final BenchOptions.Rounds rounds = new BenchOptions.Rounds(40);

    @Option(names = "--histograms", paramLabel = "FILE",
            description = "Write all latencies as an HdrHistogram log to this file.")
    private Path histograms;

    private record Gap(long gapNs, int count, int divisor) {
    }

    @Override
    public Integer call() throws Exception {
        List<Transports> wanted = Transports.wanted(only,
                Stream.of(Transports.values())
                .filter(each -> each.pace() == Transports.Pace.SLEEPING || SPINNING.contains(each)));
        BenchReport report = new BenchReport("legs");
        try (BenchHarness harness = BenchHarness.open(report, options.isPinned())) {
            List<Leg> legs = new ArrayList<>();
            for (Transports transport : Transports.prepare(wanted, harness)) {
                GAPS.stream().filter(gap -> gap.gapNs() <= LONGEST_SPUN_GAP_NS || !SPINNING.contains(transport))
                        .forEach(gap -> legs.add(new Leg(transport, gap.count(), gap.gapNs(),
                                Math.max(1, rounds.count() / gap.divisor()))));
            }
            PairRun run = PairRun.of(new OneWayPlan(harness.directory(), legs, rounds.count() / 4, 0, 0), harness,
                    histograms);
            for (int i = 0; i < legs.size(); i++) {
                Map<String, Object> leg = run.legs().get(i);
                Map<String, Object> cpu = new LinkedHashMap<>();
                cpu.put("sender", percent(JsonLines.numbers(run.sender(), "cpuNs").get(i),
                        JsonLines.numbers(run.sender(), "wallNs").get(i)));
                cpu.put("receiver", percent(JsonLines.number(leg, "cpuNs"), JsonLines.number(leg, "wallNs")));
                Map<String, Object> row = run.row(i, "roundMediansNs", "percentiles", "cpuNs", "wallNs");
                row.put("cpuPercent", cpu);
                report.row(row);
            }
        }
        return report.print(options.isJson(), field("transport", -20, "name"), figure("gap us", null, "gapNs", 1e3, 0),
                field("count", 8, "count"), field("lost", 6, "lost"), figure("p50 us", "latencyNs", "p50", 1e3, 2),
                figure("p90 us", "latencyNs", "p90", 1e3, 2), figure("p99 us", "latencyNs", "p99", 1e3, 2),
                figure("CPU %", "cpuPercent", "receiver", 1, 2));
    }

    private static double percent(long cpuNs, long wallNs) {
        return Math.round(1e4 * cpuNs / Math.max(1, wallNs)) / 1e2;
    }
}
