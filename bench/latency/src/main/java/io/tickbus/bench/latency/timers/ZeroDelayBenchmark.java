// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.JsonLines;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** There and back: a timer due at once, from the arming to the firing seen by the process that armed it. */
@Command(name = "zero", mixinStandardHelpOptions = true, description = {
    "Arm with zero delay in one process, have the daemon fire in another, see the firing in the first.",
    "Everything spins, in bursts with rests between them."})
final class ZeroDelayBenchmark extends TimersBenchmark {
    private static final int ROUNDS_PER_REST = 10;
    private static final int FEWEST_BURSTS = 15;
    private static final long SHORT_REST_MS = 60;

    @Mixin
    private final Rounds rounds = new Rounds(60);
    @Option(names = "--count", defaultValue = "1000", description = "Timers in a burst; default 1000.")
    private int count;

    @Option(names = "--gap-us", defaultValue = "20", description = "From one firing to the next arming; default 20 us.")
    private long gapUs;

    ZeroDelayBenchmark() {
        super("zero");
    }

    @Override
    void run() throws Exception {
        Map<String, Object> settings = TickbusPeer.settings(harness(), Map.of("mode", "park"));
        ChildProcess daemon = harness().child(DaemonRole.class, harness().senderCpu(), settings);
        ChildProcess client = harness().child(ZeroRole.class, harness().receiverCpu(), settings);
        harness().meterHiccupsIn(daemon, client);
        String name = "tickbus-spin zero-delay";
        warmUp(name, FEWEST_BURSTS, () -> List.of(burst(daemon, client).stats().percentileNs(50)));
        Row row = row(name);
        for (int round = 0; round < rounds.count(); round++) {
            row.add(burst(daemon, client));
            if (round % ROUNDS_PER_REST == 0) {
                rest();
            }
        }
        demandFlawless(name, row.stats());
    }

    private Peer.Outcome burst(ChildProcess daemon, ChildProcess client) throws InterruptedException {
        DaemonRole.setMode(daemon, "spin");
        Map<String, Object> answer =
                client.ask("burst", Map.of("count", count, "gapNs", TimeUnit.MICROSECONDS.toNanos(gapUs)));
        DaemonRole.setMode(daemon, "park");
        TimeUnit.MILLISECONDS.sleep(SHORT_REST_MS);
        return new Peer.Outcome(FiringStats.ofWire(JsonLines.object(answer, "figures")), Map.of(), answer);
    }
}
