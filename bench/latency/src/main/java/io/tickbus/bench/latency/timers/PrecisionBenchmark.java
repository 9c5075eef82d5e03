// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Only;
import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
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
    "Tickbus (daemon hybrid, subscriber predictive) beside other timers, in rounds."})
final class PrecisionBenchmark extends TimersBenchmark {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @Mixin
    private Only only;
    @Mixin
    private final Rounds rounds = new Rounds(2);

    @Option(names = "--warm-up-ms", defaultValue = "1500",
            description = "Of each, four times before it counts; default 1500 ms.")
    private long warmUpMs;

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
        long warmUpNs = TimeUnit.MILLISECONDS.toNanos(warmUpMs);
        // Twice: the second arming shows the compiler that the first was not all.
        for (int i = 0; i < 2; i++) {
            interleaving.warmUp(Workload.periodic(List.of(PERIOD_NS / 4), warmUpNs, 0),
                    Workload.once(timers, warmUpNs, seed()));
        }
        Map<String, Workload> workloads = new LinkedHashMap<>();
        workloads.put("1kHz",
                Workload.periodic(List.of(PERIOD_NS), TimeUnit.MILLISECONDS.toNanos(periodicMs), SETTLE_NS));
        workloads.put("random-" + timers, Workload.once(timers, TimeUnit.MILLISECONDS.toNanos(randomMs), seed()));
        interleaving.run(rounds.count(), workloads);
    }
}
