// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.IdleStates;
import io.tickbus.bench.latency.transport.Transports;
import io.tickbus.core.internal.DurationText;
import java.nio.file.Path;
import java.util.ArrayList;
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
    "A gap of 10 ms has half as many rounds, one of 1 s a tenth. Each round is run twice where that is possible:",
    "with idle states as the host has them, and while the kernel is asked to forbid them."})
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

    @Mixin
    private final BenchOptions.WarmUp warmUp = new BenchOptions.WarmUp(20);

    @Option(names = "--histograms", paramLabel = "FILE",
            description = "Write all latencies as an HdrHistogram log to this file.")
    private Path histograms;

    @Option(names = "--longest-gap", paramLabel = "DURATION", defaultValue = "1s",
            description = "Gaps up to this one; default ${DEFAULT-VALUE}.")
    private String longestGap;

    private record Gap(long gapNs, int count, int divisor) {
    }

    @Override
    public Integer call() throws Exception {
        List<Transports> wanted = Transports.wanted(only,
                Stream.of(Transports.values())
                .filter(each -> each.pace() == Transports.Pace.SLEEPING || SPINNING.contains(each)));
        long longestGapNs = DurationText.parse(longestGap);
        BenchReport report = new BenchReport("legs");
        try (BenchHarness harness = BenchHarness.open(report, options.isPinned())) {
            List<Leg> legs = new ArrayList<>();
            for (Transports transport : Transports.prepare(wanted, harness)) {
                long longestNs = SPINNING.contains(transport) ? Math.min(longestGapNs, LONGEST_SPUN_GAP_NS)
                        : longestGapNs;
                GAPS.stream().filter(gap -> gap.gapNs() <= longestNs)
                        .forEach(gap -> legs.add(new Leg(transport, gap.count(), gap.gapNs(),
                                Math.max(1, rounds.count() / gap.divisor()))));
            }
            List<IdleStates> modes = IdleStates.here(report);
            PairRun run = PairRun.of(new OneWayPlan(harness.directory(), legs, modes.size(), 0, 0), modes, harness,
                    warmUp.ns(), histograms);
            for (int i = 0; i < run.size(); i++) {
                Map<String, Object> row = run.row(i);
                row.remove("percentiles");
                row.put("cpuPercent", Map.of("sender", run.senderPercent(i), "receiver", run.receiverPercent(i)));
                report.row(row);
            }
        }
        return report.print(options.isJson());
    }
}
