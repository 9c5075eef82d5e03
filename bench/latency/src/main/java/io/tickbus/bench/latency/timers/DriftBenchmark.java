// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Only;
import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.JsonLines;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether periodic timers stay with their anchor. */
@Command(name = "drift", mixinStandardHelpOptions = true, description = {
    "A periodic timer of 1 kHz, and one of 100 Hz: how far its k-th firing moves away from anchor + k x period.",
    "Tickbus beside other timers at a fixed rate, and at a fixed delay, which is all that some of them offer."})
final class DriftBenchmark extends TimersBenchmark {
    private static final Map<String, Long> PERIODS_NS = new LinkedHashMap<>();
    private static final long WARM_UP_NS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final List<String> PEERS = List.of("stpe", "java-util-timer", "netty-1ms", "agrona-200us");

    static {
        PERIODS_NS.put("1kHz", TimeUnit.MILLISECONDS.toNanos(1));
        PERIODS_NS.put("100Hz", TimeUnit.MILLISECONDS.toNanos(10));
    }

    @Mixin
    private Only only;
    @Mixin
    private final Rounds rounds = new Rounds(1);

    @Option(names = "--seconds", defaultValue = "3", description = "Of each timer in a round; default 3 s.")
    private long seconds;

    DriftBenchmark() {
        super("drift");
    }

    @Override
    void run() throws Exception {
        List<String> atFixedDelay = PEERS.stream().map(each -> each + RateMode.FIXED_DELAY.suffix()).toList();
        List<Peer> peers = new Peers(harness(), only).tickbus(Map.of()).inJvm(PEERS).inJvm(atFixedDelay)
                .go(RateMode.values()).all();
        Map<String, Workload> workloads = new LinkedHashMap<>();
        PERIODS_NS.forEach((name, periodNs) -> workloads.put(name,
                Workload.periodic(List.of(periodNs), TimeUnit.SECONDS.toNanos(seconds), 0)));
        Interleaving interleaving = new Interleaving(this, peers, DriftBenchmark::add);
        interleaving.warmUp(Workload.periodic(List.of(PERIODS_NS.get("1kHz")), WARM_UP_NS, 0));
        interleaving.run(rounds.count(), workloads);
        report().note("slopes are against CLOCK_MONOTONIC, 1 ppm is 1,000 ns in a second; offsets are medians of the "
                + "first and of the last tenth of the firings; of rounds the median is given");
        report().note("Netty's wheel, Agrona's wheel and Go's AfterFunc know no periods: at a fixed rate their "
                + "callback arms them for anchor + k x period, as a careful user would; at a fixed delay, for one "
                + "period from now, as most do. The JDK's pool and Timer have both. cyclictest does not tell one "
                + "firing from another and takes no part");
    }

    /** What a fixed delay has put off is not lost: there, late and lost firings are not reported. */
    private static void add(Row row, Peer.Outcome outcome) {
        boolean isAtFixedRate = RateMode.of(row.peer()) == RateMode.FIXED_RATE;
        if (isAtFixedRate) {
            row.add(outcome);
        } else {
            row.addUsed(outcome);
        }
        row.put("rhythm", isAtFixedRate ? "fixed rate" : "fixed delay");
        row.addDrift(JsonLines.object(outcome.extras(), "drift"));
    }
}
