package io.tickbus.bench.latency.timers;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** There and back: a timer due at once, from the arming to the firing seen by the process that armed it. */
@Command(name = "zero", mixinStandardHelpOptions = true, description = {
    "Arm with zero delay in one process, have the daemon fire in another, see the firing in the first.",
    "Everything spins, in bursts with rests between them."})
final class ZeroDelay implements Callable<Integer> {
    private static final int METERED = 10;
    private static final long SHORT_REST_MS = 60;

    @Mixin
    private RunOptions options;

    @Option(names = "--rounds", defaultValue = "60", description = "Bursts that count; default 60.")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "30", description = "Bursts before them; default 30.")
    private int warmUps;

    @Option(names = "--count", defaultValue = "1000", description = "Timers in a burst; default 1000.")
    private int count;

    @Option(names = "--gap-us", defaultValue = "20", description = "From one firing to the next arming; default 20 us.")
    private long gapUs;

    @Override
    public Integer call() throws Exception {
        Report report = new Report("zero");
        try (Stage stage = Stage.open(options, report)) {
            Map<String, Object> settings = TickbusContender.settings(stage, Map.of("mode", "park"));
            ChildProcess daemon = stage.child("daemon", stage.daemonCpu(), settings);
            ChildProcess client = stage.child("zero", stage.observerCpu(), settings);
            Row row = report.row("tickbus-spin zero-delay");
            Map<String, Object> order = Map.of("count", count, "gapNs", TimeUnit.MICROSECONDS.toNanos(gapUs));
            Progress.say(warmUps + " bursts of warm-up, then " + rounds);
            for (int round = -warmUps; round < rounds; round++) {
                daemon.ask("mode", Map.of("mode", "spin"));
                Map<String, Object> answer = client.ask("burst", order);
                daemon.ask("mode", Map.of("mode", "park"));
                if (round >= 0) {
                    row.add(new Contender.Outcome(Figures.ofWire(Wire.object(answer, "figures")), Map.of(), answer));
                }
                if (round % METERED == 0) {
                    stage.meterHiccupsIn(daemon, client);
                    stage.rest();
                } else {
                    TimeUnit.MILLISECONDS.sleep(SHORT_REST_MS);
                }
            }
            if (!row.figures().isFlawless()) {
                report.fault("a timer without delay was lost, came twice or early");
            }
        }
        return report.print(options);
    }
}
