// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Only;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What timers cost that need not be precise. */
@Command(name = "eco", mixinStandardHelpOptions = true, description = {
    "10,000 periodic timers of 1 to 5 s that may be 50 ms late: CPU and mean lateness of the daemon's eco mode, of",
    "naive polling, and of a wheel of two levels."})
final class EcoBenchmark extends TimersBenchmark {
    /** The periods of the warm-up are shorter by this factor. */
    private static final int SHORTER = 10;
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SPREAD_NS = TimeUnit.SECONDS.toNanos(1);

    @Mixin
    private Only only;

    @Option(names = "--timers", defaultValue = "10000", description = "Timers; default 10000.")
    private int timers;

    @Option(names = "--seconds", defaultValue = "15", description = "Of each; default 15 s.")
    private long seconds;

    @Option(names = "--slack-ms", defaultValue = "50", description = "How late they may be; default 50 ms.")
    private long slackMs;

    EcoBenchmark() {
        super("eco");
    }

    @Override
    void run() throws Exception {
        List<Peer> peers = new Peers(harness(), only)
                .tickbus(Map.of("mode", "eco", "waiting", "park", "slackNs", TimeUnit.MILLISECONDS.toNanos(slackMs)))
                .inJvm(List.of("naive-map-1ms", "naive-array-1ms", "naive-array-25ms", "two-level-wheel-1ms")).all();
        // Periods of 1.00, 1.01 … 5.00 s.
        List<Long> periodsNs = LongStream.rangeClosed(100, 500)
                .map(each -> TimeUnit.MILLISECONDS.toNanos(10 * each)).boxed().toList();
        Interleaving interleaving = new Interleaving(this, peers);
        interleaving.warmUp(outcome -> outcome.cpuPercent().values().iterator().next(),
                Workload.periodic(periodsNs.stream().map(each -> each / SHORTER).toList(), SPREAD_NS / 2, 0)
                        .spread(timers, SPREAD_NS / SHORTER, seed()));
        Workload workload = Workload.periodic(periodsNs, TimeUnit.SECONDS.toNanos(seconds), SETTLE_NS)
                .spread(timers, SPREAD_NS, seed());
        interleaving.run(1, Map.of("1-5s", workload));
        report().note("periods of 1.00 to 5.00 s in steps of 10 ms, first due at random within 1 s: "
                + new Schedule(workload, 0).occurrences() + " firings in " + seconds + " s");
        report().note("the target is 38 % CPU and 12.7 ms mean lateness for naive polling against 9 % and "
                + "0.38 ms; no single tick gives both: 12.7 ms is a tick of 25 ms, 38 % is one of about 1 ms, "
                + "and so both are run");
    }
}
