package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.run.BenchOptions;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.transport.Transports;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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
    private static final String NAME = "name";

    @Mixin
    private BenchOptions options;

    @Option(names = "--histograms", paramLabel = "FILE",
            description = "Write all latencies as an HdrHistogram log to this file.")
    private Path histograms;

    @Option(names = "--rounds", defaultValue = "80", description = "Rounds that count; default 80.")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "40", description = "Rounds before them; default 40.")
    private int warmUps;

    @Option(names = "--count-calls", defaultValue = "100", paramLabel = "N",
            description = "Messages of each transport whose system calls are counted; 0 for none; default 100.")
    private int counted;

    @Option(names = "--stall-ms", defaultValue = "0", hidden = true,
            description = "Stop the receiver once for so long with each transport, to see that it shows.")
    private long stallMs;

    /** The command line makes it. */
    public OneWay() {
        // Nothing to set.
    }

    @Override
    public Integer call() throws Exception {
        if (rounds < 1 || warmUps < 0 || counted < 0) {
            throw new IllegalArgumentException("rounds must be at least 1, the others at least 0: rounds=" + rounds
                    + " warmUps=" + warmUps + " counted=" + counted);
        }
        try (BenchRun run = BenchRun.open()) {
            OneWayRun pair = new OneWayRun(run);
            List<Transports> transports = pair.available(options.wanted(Arrays.asList(Transports.values())));
            if (transports.isEmpty()) {
                System.err.println("None of the transports can run here.");
                return 1;
            }
            List<Leg> legs = transports.stream().map(each -> Leg.of(each, rounds)).toList();
            Map<String, Object> found = pair.run(new OneWayPlan(run.directory(), legs, warmUps, counted,
                    TimeUnit.MILLISECONDS.toNanos(stallMs)), options.isPinned());
            pair.keepHistograms(histograms);
            Map<String, Object> report = PairReport.of("transports", transports(found), run, found);
            System.out.print(options.isJson() ? PairReport.toJson(report) : toText(report));
            return 0;
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> transports(Map<String, Object> found) {
        List<Map<String, Object>> legs = (List<Map<String, Object>>) found.get("legs");
        List<Double> calls = (List<Double>) found.get("systemCalls");
        List<Integer> floor = legs.get(0).get(NAME).equals(Transports.C_FLOOR.label())
                ? (List<Integer>) legs.get(0).get("roundMediansNs") : List.of();
        List<Map<String, Object>> transports = new ArrayList<>();
        for (int i = 0; i < legs.size(); i++) {
            Map<String, Object> leg = legs.get(i);
            List<Integer> medians = (List<Integer>) leg.remove("roundMediansNs");
            leg.remove("cpuNs");
            leg.remove("wallNs");
            leg.put("syscallsPerMessage", calls == null ? null : calls.get(i));
            leg.put("ratioToFloor", ratios(medians, floor));
            transports.add(leg);
        }
        return transports;
    }

    /** Quartiles of the per-round ratios; empty without a floor. */
    private static Map<String, Object> ratios(List<Integer> medians, List<Integer> floor) {
        Map<String, Object> quartiles = new LinkedHashMap<>();
        if (!floor.isEmpty()) {
            double[] sorted = new double[floor.size()];
            for (int i = 0; i < sorted.length; i++) {
                sorted[i] = (double) medians.get(i) / Math.max(1, floor.get(i));
            }
            Arrays.sort(sorted);
            quartiles.put("p25", sorted[sorted.length / 4]);
            quartiles.put("p50", sorted[sorted.length / 2]);
            quartiles.put("p75", sorted[sorted.length * 3 / 4]);
        }
        return quartiles;
    }

    @SuppressWarnings("unchecked")
    private static String toText(Map<String, Object> report) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-20s %9s %6s %10s %10s %10s %10s %9s %7s%n",
                "transport", "count", "lost", "p50 us", "p99 us", "p99.9 us", "max us", "x floor", "calls"));
        for (Map<String, Object> each : (List<Map<String, Object>>) report.get("transports")) {
            Map<String, Object> latency = (Map<String, Object>) each.get("latencyNs");
            Object ratio = ((Map<String, Object>) each.get("ratioToFloor")).get("p50");
            Object calls = each.get("syscallsPerMessage");
            text.append(String.format(Locale.ROOT, "%-20s %9s %6s %10s %10s %10s %10s %9s %7s%n", each.get(NAME),
                    each.get("count"), each.get("lost"), PairText.micros(latency.get("p50")),
                    PairText.micros(latency.get("p99")), PairText.micros(latency.get("p999")),
                    PairText.micros(latency.get("max")), ratio == null ? "-" : PairText.twoDecimals(ratio),
                    calls == null ? "-" : PairText.twoDecimals(calls)));
        }
        return text.append(PairText.foot(report)).toString();
    }
}
