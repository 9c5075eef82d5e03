// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.bench.latency.harness.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Very many timers due at one instant, and what that does to one due a little later. */
@Command(name = "herd", mixinStandardHelpOptions = true, description = {
    "100,000 timers due at one instant and one 100 us later: order, time to the last of the herd, and how much later",
    "than it the other comes."})
final class HerdBenchmark extends TimersBenchmark {
    private static final long LATECOMER_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final int SMALLER = 5;
    private static final List<String> TIMES = List.of("herdPublishedNs", "herdObservedNs", "latecomerLatenessNs",
            "latecomerAfterHerdNs");

    @Mixin
    private final Rounds rounds = new Rounds(8);
    @Option(names = "--timers", defaultValue = "100000", description = "Of the herd; default 100000.")
    private int timers;

    @Option(names = "--mode", defaultValue = "hybrid", description = "The daemon's; default hybrid.")
    private String mode;

    @Option(names = "--waiting", defaultValue = "predictive", description = "The subscriber's; default predictive.")
    private String waiting;

    HerdBenchmark() {
        super("herd");
    }

    @Override
    void run() throws Exception {
        int slots = Math.max(1 << 16, 2 * Integer.highestOneBit(timers));
        TickbusPeer tickbus =
                TickbusPeer.start(harness(), Map.of("mode", mode, "waiting", waiting, "slots", slots));
        Workload workload = Workload.herd(timers, LATECOMER_NS);
        // Once as it is, for what grows with it; then smaller ones, which are armed sooner.
        run(tickbus, workload);
        Workload smaller = Workload.herd(Math.max(1, timers / SMALLER), LATECOMER_NS);
        warmUp(tickbus.name(), 0,
                () -> List.of((Number) run(tickbus, smaller).extras().get("herdPublishedNs")));
        Row row = row(tickbus.name() + " herd-" + timers);
        Map<String, List<Long>> times = new LinkedHashMap<>();
        for (int round = 0; round < rounds.count(); round++) {
            Progress.say("herd " + (round + 1) + " of " + rounds.count());
            Peer.Outcome outcome = run(tickbus, workload);
            row.add(outcome);
            TIMES.forEach(each -> times.computeIfAbsent(each, key -> new ArrayList<>())
                    .add(JsonLines.number(outcome.extras(), each)));
        }
        times.forEach((name, values) -> row.put(name, Map.of("min", Collections.min(values), "median",
                Percentiles.median(values), "max", Collections.max(values))));
        row.put("daemon", tickbus.daemon().ask("counters", Map.of()));
        demandFlawless(tickbus.name(), row.stats());
    }
}
