// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Only;
import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.IdleStates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How late timers are and what that costs: 1 kHz, and apart from it many random deadlines. */
@Command(name = "precision", mixinStandardHelpOptions = true, description = {
    "A periodic timer of 1 kHz, and 10,000 pending one-shot timers at random deadlines.",
    "Tickbus (daemon hybrid, subscriber predictive) beside other timers, in rounds; each round is run twice where that",
    "is possible: with idle states as the host has them, and while the kernel is asked to forbid them."})
final class PrecisionBenchmark extends TimersBenchmark {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long WARM_UP_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @Mixin
    private Only only;
    @Mixin
    private final Rounds rounds = new Rounds(2);

    @Option(names = "--periodic-ms", defaultValue = "2000", description = "Of 1 kHz per round; default 2000 ms.")
    private long periodicMs;

    @Option(names = "--random-ms", defaultValue = "3000", description = "Of random deadlines; default 3000 ms.")
    private long randomMs;

    @Option(names = "--timers", defaultValue = "10000", description = "Random timers; default 10000.")
    private int timers;

    PrecisionBenchmark() {
        super("precision");
    }

    @Override
    void run() throws Exception {
        List<Peer> peers = new Peers(harness(), only).tickbus(Map.of())
                .inJvm(List.of("stpe", "netty-1ms", "agrona-200us", "java-util-timer")).cyclictest()
                .go(RateMode.FIXED_RATE).all();
        Interleaving interleaving = new Interleaving(this, peers);
        interleaving.warmUp(Workload.periodic(List.of(PERIOD_NS), WARM_UP_NS, 0),
                Workload.once(timers, WARM_UP_NS, seed()));
        Map<String, Workload> workloads = new LinkedHashMap<>();
        workloads.put("1kHz",
                Workload.periodic(List.of(PERIOD_NS), TimeUnit.MILLISECONDS.toNanos(periodicMs), SETTLE_NS));
        workloads.put("random-" + timers, Workload.once(timers, TimeUnit.MILLISECONDS.toNanos(randomMs), seed()));
        interleaving.run(rounds.count(), workloads, IdleStates.here(report()));
    }
}
