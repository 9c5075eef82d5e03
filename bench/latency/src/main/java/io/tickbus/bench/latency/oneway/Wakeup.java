package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.run.BenchOptions;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.transport.Transports;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What it costs to wake a receiver that sleeps, by how long it has slept: latency, and CPU of its process. */
@Command(name = "wakeup", mixinStandardHelpOptions = true,
        description = "Measure latency and CPU of a sleeping receiver by idle gap, 10 us to 1 s.")
public final class Wakeup implements Callable<Integer> {
    private static final double PERCENT = 100.0;
    /** Gaps, with the messages of a burst and the share of rounds: a second is long. */
    private static final List<Gap> GAPS = List.of(new Gap(TimeUnit.MICROSECONDS.toNanos(10), 500, 1),
            new Gap(TimeUnit.MICROSECONDS.toNanos(100), 100, 1), new Gap(TimeUnit.MILLISECONDS.toNanos(1), 20, 1),
            new Gap(TimeUnit.MILLISECONDS.toNanos(10), 5, 2), new Gap(TimeUnit.SECONDS.toNanos(1), 1, 10));

    @Mixin
    private BenchOptions options;

    @Option(names = "--histograms", paramLabel = "FILE",
            description = "Write all latencies as an HdrHistogram log to this file.")
    private Path histograms;

    @Option(names = "--rounds", defaultValue = "40",
            description = "Rounds of the short gaps; half as many of 10 ms, a tenth of 1 s; default 40.")
    private int rounds;

    private record Gap(long gapNs, int count, int divisor) {
    }

    /** The command line makes it. */
    public Wakeup() {
        // Nothing to set.
    }

    @Override
    public Integer call() throws Exception {
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds must be at least 1: rounds=" + rounds);
        }
        List<Transports> sleepers = Stream.of(Transports.values())
                .filter(each -> each.pace() == Transports.Pace.SLEEPING).toList();
        try (BenchRun run = BenchRun.open()) {
            OneWayRun pair = new OneWayRun(run);
            List<Leg> legs = new ArrayList<>();
            for (Transports transport : pair.available(options.wanted(sleepers))) {
                for (Gap gap : GAPS) {
                    legs.add(new Leg(transport, gap.count(), gap.gapNs(), Math.max(1, rounds / gap.divisor())));
                }
            }
            Map<String, Object> found =
                    pair.run(new OneWayPlan(run.directory(), legs, rounds / 4, 0, 0), options.isPinned());
            pair.keepHistograms(histograms);
            Map<String, Object> report = PairReport.of("legs", legs(found), run, found);
            System.out.print(options.isJson() ? PairReport.toJson(report) : toText(report));
            return 0;
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> legs(Map<String, Object> found) {
        List<Map<String, Object>> legs = (List<Map<String, Object>>) found.get("legs");
        Map<String, List<Number>> sender = (Map<String, List<Number>>) found.get("sender");
        for (int i = 0; i < legs.size(); i++) {
            Map<String, Object> leg = legs.get(i);
            Map<String, Object> cpu = new LinkedHashMap<>();
            cpu.put("sender", share(sender.get("cpuNs").get(i), sender.get("wallNs").get(i)));
            cpu.put("receiver", share(leg.remove("cpuNs"), leg.remove("wallNs")));
            leg.put("cpuPercent", cpu);
            leg.remove("roundMediansNs");
            leg.remove("percentiles");
        }
        return legs;
    }

    private static double share(Object cpuNs, Object wallNs) {
        double wall = Math.max(1, ((Number) wallNs).doubleValue());
        return Math.round(PERCENT * PERCENT * ((Number) cpuNs).doubleValue() / wall) / PERCENT;
    }

    @SuppressWarnings("unchecked")
    private static String toText(Map<String, Object> report) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-20s %10s %8s %6s %10s %10s %10s %10s%n",
                "transport", "gap us", "count", "lost", "p50 us", "p90 us", "p99 us", "CPU %"));
        for (Map<String, Object> leg : (List<Map<String, Object>>) report.get("legs")) {
            Map<String, Object> latency = (Map<String, Object>) leg.get("latencyNs");
            text.append(String.format(Locale.ROOT, "%-20s %10s %8s %6s %10s %10s %10s %10s%n", leg.get("name"),
                    ((Number) leg.get("gapNs")).longValue() / 1_000, leg.get("count"), leg.get("lost"),
                    PairText.micros(latency.get("p50")), PairText.micros(latency.get("p90")),
                    PairText.micros(latency.get("p99")),
                    ((Map<String, Object>) leg.get("cpuPercent")).get("receiver")));
        }
        return text.append(PairText.foot(report)).toString();
    }
}
