// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a daemon pays for observing itself. One daemon is switched on and off in turns, so that both sides are the same
 * process, with the same compiled code on the same pages; each round has both, and every other round the other one
 * first. What counts is the median of the rounds' differences, with its confidence interval.
 */
@Command(name = "observed", mixinStandardHelpOptions = true, description = {
    "Histograms, causes of late firings and stall detection on against off, in one daemon, in short slices by turns:",
    "lateness published and observed of 10,000 firings/s, and what a firing takes in a herd. 60 rounds: 4 minutes."})
final class ObservationBenchmark extends TimersBenchmark {
    private static final int TIMERS = 100;
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int HERD = 10_000;
    private static final long LATECOMER_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final double MEDIAN = 50;

    @Mixin
    private final Rounds rounds = new Rounds(60);

    @Option(names = "--slice-ms", defaultValue = "700", description = "Length of a slice; default 700 ms.")
    private long sliceMs;

    @Option(names = "--goal-percent", defaultValue = "3",
            description = "By how much it may be slower, at the interval's upper end; default 3 %%.")
    private double goalPercent;

    private TickbusPeer peer;
    private Workload steady;
    private final Workload herd = Workload.herd(HERD, LATECOMER_NS);

    ObservationBenchmark() {
        super("observed");
    }

    @Override
    void run() throws Exception {
        steady = new Workload(TIMERS, List.of(PERIOD_NS), PERIOD_NS, 0, TimeUnit.MILLISECONDS.toNanos(sliceMs),
                PERIOD_NS, 0, seed());
        peer = TickbusPeer.start(harness(), Map.of("mode", "spin", "waiting", "spin"));
        warmUp("", 0, () -> {
            List<Double> figures = new ArrayList<>(slice(true).values());
            figures.addAll(slice(false).values());
            return figures;
        });
        Map<String, PairedDifference> differences = new LinkedHashMap<>();
        for (int round = 0; round < rounds.count(); round++) {
            Progress.say("round " + (round + 1) + " of " + rounds.count());
            boolean isOnFirst = round % 2 == 0;
            Map<String, Double> first = slice(isOnFirst);
            Map<String, Double> second = slice(!isOnFirst);
            (isOnFirst ? first : second).forEach((figure, onNs) -> differences
                    .computeIfAbsent(figure, each -> new PairedDifference())
                    .add(onNs, (isOnFirst ? second : first).get(figure)));
        }
        differences.forEach((figure, difference) -> difference.describe(row(figure), goalPercent));
    }

    private Map<String, Double> slice(boolean isOn) {
        peer.daemon().ask("observe", Map.of("isOn", isOn));
        Peer.Outcome firings = peer.run(steady, startNs(steady));
        Peer.Outcome burst = peer.run(herd, startNs(herd));
        demandFlawless(peer.name(), firings.stats());
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("published lateness p50", (double) TickbusPeer.published(firings).percentileNs(MEDIAN));
        figures.put("observed lateness p50", (double) firings.stats().percentileNs(MEDIAN));
        figures.put("a firing of a herd",
                JsonLines.number(burst.extras(), "herdPublishedNs") / (double) HERD);
        return figures;
    }
}
