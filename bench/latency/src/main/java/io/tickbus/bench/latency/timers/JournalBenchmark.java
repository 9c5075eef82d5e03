// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.Commands;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.core.timer.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a journal costs. */
@Command(name = "journal", mixinStandardHelpOptions = true, description = {
    "Lateness with and without a journal, in turns; then durable arms per second with their replies, and how long a",
    "reply takes, by what the timer survives."})
final class JournalBenchmark extends TimersBenchmark {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long WARM_UP_NS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final int WINDOW = 2_048;

    @Mixin
    private final Rounds rounds = new Rounds(4);

    @Option(names = "--periodic-ms", defaultValue = "2000", description = "Of 1 kHz per round; default 2000 ms.")
    private long periodicMs;

    @Option(names = "--arming-ms", defaultValue = "3000", description = "Of arming per level; default 3000 ms.")
    private long armingMs;

    @Option(names = "--folder", description = "Where the journals go, on the disk that is meant; default a temporary "
            + "folder.")
    private Path folder;

    JournalBenchmark() {
        super("journal");
    }

    @Override
    void run() throws Exception {
        Path journals = folder == null ? Files.createTempDirectory("tickbus-journal-")
                : Files.createTempDirectory(folder, "tickbus-journal-");
        try {
            compareLateness(journals);
            arm(journals);
        } finally {
            Commands.run(List.of("rm", "-rf", "--", journals.toString()));
        }
    }

    private Map<String, Object> bus(String name, Object... more) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("directory", harness().directory().resolve(name).toString());
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1]);
        }
        return settings;
    }

    private void compareLateness(Path journals) throws Exception {
        List<Peer> peers = List.of(TickbusPeer.start(harness(), bus("plain")), TickbusPeer.start(harness(),
                bus("journalled", "journal", journals.resolve("lateness").toString())));
        Interleaving interleaving = new Interleaving(this, peers);
        interleaving.warmUp(Workload.periodic(List.of(PERIOD_NS), WARM_UP_NS, 0));
        interleaving.run(rounds.count(), Map.of("1kHz",
                Workload.periodic(List.of(PERIOD_NS), TimeUnit.MILLISECONDS.toNanos(periodicMs), SETTLE_NS)));
    }

    private void arm(Path journals) throws Exception {
        Map<String, Object> settings = TickbusPeer.settings(harness(),
                bus("arming", "mode", "spin", "journal", journals.resolve("arming").toString()));
        harness().child(DaemonRole.class, -1, settings);
        ChildProcess client = harness().child(DurableArmingRole.class, -1, settings);
        for (Durability durability : Durability.values()) {
            for (int window : new int[] {WINDOW, 1}) {
                Map<String, Object> order = Map.of("durability", durability.name(), "window", window, "durationNs",
                        TimeUnit.MILLISECONDS.toNanos(armingMs));
                Progress.say("arming, " + durability + ", " + window + " at a time");
                // The first does not count.
                client.ask("arm", order);
                Row row = row("arm " + durability + (window == 1 ? " one-by-one" : " pipelined"));
                client.ask("arm", order).forEach(row::put);
                rest();
            }
        }
    }
}
