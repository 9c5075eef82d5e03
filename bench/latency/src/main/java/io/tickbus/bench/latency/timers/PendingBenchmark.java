// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static io.tickbus.bench.latency.harness.BenchOptions.atLeast;

import io.tickbus.bench.latency.harness.BenchOptions.Only;
import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How late timers are when very many are pending. */
@Command(name = "pending", mixinStandardHelpOptions = true, description = {
    "1,000,000 pending one-shot timers at random deadlines over 4 s: lateness and CPU.",
    "Tickbus (daemon hybrid, subscriber predictive) beside other timers, in rounds."})
final class PendingBenchmark extends TimersBenchmark {
    private static final int WARM_UP_TIMERS = 10_000;
    private static final long WARM_UP_NS = TimeUnit.MILLISECONDS.toNanos(400);
    /** A bus cannot have more; a reader that lags by all of them is told what it missed. */
    private static final int MOST_SLOTS = 1 << 20;
    private static final int FEWEST_SLOTS = 1 << 16;

    @Mixin
    private Only only;
    @Mixin
    private final Rounds rounds = new Rounds(1);

    @Option(names = "--timers", defaultValue = "1000000", description = "Timers; default 1000000.")
    private int timers;

    @Option(names = "--random-ms", defaultValue = "4000",
            description = "Over which their deadlines are spread; default 4000 ms.")
    private int randomMs;

    PendingBenchmark() {
        super("pending");
    }

    @Override
    void run() throws Exception {
        atLeast(1, "timers", timers);
        atLeast(1, "random-ms", randomMs);
        int slots = Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, Integer.highestOneBit(timers)));
        List<Peer> peers = new Peers(harness(), only).tickbus(Map.of("slots", slots))
                .inJvm(List.of("stpe", "netty-1ms", "agrona-200us", "java-util-timer")).go(RateMode.FIXED_RATE).all();
        Interleaving interleaving = new Interleaving(this, peers);
        interleaving.warmUp(Workload.once(Math.min(timers, WARM_UP_TIMERS), WARM_UP_NS, seed()));
        interleaving.run(rounds.count(), Map.of("random-" + timers,
                Workload.once(timers, TimeUnit.MILLISECONDS.toNanos(randomMs), seed())));
        report().note("all " + timers + " are armed before the first is due, and that is not measured here; heaps "
                + "are the JVM's default, so a peer's lateness includes the collections that its own timers cause");
    }
}
