package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.Contender.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Very many timers due at one instant, and what that does to one due a little later. */
@Command(name = "herd", mixinStandardHelpOptions = true, description = {
    "100,000 timers due at one instant and one 100 us later: order, time to the last of the herd, and how much later",
    "than it the other comes."})
final class Herd implements Callable<Integer> {
    private static final List<String> TIMES = List.of("herdPublishedNs", "herdObservedNs", "latecomerLatenessNs",
            "latecomerAfterHerdNs");

    @Mixin
    private RunOptions options;

    @Option(names = "--timers", defaultValue = "100000", description = "Of the herd; default 100000.")
    private int timers;

    @Option(names = "--rounds", defaultValue = "8", description = "Herds that count; default 8.")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "10", description = "Herds before them; default 10.")
    private int warmUps;

    @Option(names = "--mode", defaultValue = "hybrid", description = "The daemon's; default hybrid.")
    private String mode;

    @Option(names = "--waiting", defaultValue = "predictive", description = "The subscriber's; default predictive.")
    private String waiting;

    @Override
    public Integer call() throws Exception {
        Report report = new Report("herd");
        try (Stage stage = Stage.open(options, report)) {
            int slots = Math.max(1 << 16, 2 * Integer.highestOneBit(timers));
            TickbusContender tickbus = TickbusContender.start(stage, Map.of("mode", mode, "waiting", waiting,
                    "slots", slots));
            Workload workload = Workload.herd(timers, TimeUnit.MICROSECONDS.toNanos(100));
            Row row = new Row("none");
            Map<String, List<Long>> times = new LinkedHashMap<>();
            for (int round = -warmUps; round < rounds; round++) {
                Progress.say(round < 0 ? "warm-up" : "herd " + (round + 1) + " of " + rounds);
                if (round == 0) {
                    row = report.row(tickbus.name() + " herd-" + timers);
                }
                Outcome outcome = tickbus.run(workload, stage.startNs(workload));
                if (round >= 0) {
                    row.add(outcome);
                    TIMES.forEach(each -> times.computeIfAbsent(each, key -> new ArrayList<>())
                            .add(Wire.number(outcome.extras(), each)));
                }
                stage.rest();
            }
            for (Map.Entry<String, List<Long>> entry : times.entrySet()) {
                entry.getValue().sort(null);
                row.put(entry.getKey(), Map.of("min", entry.getValue().get(0),
                        "median", Row.median(entry.getValue()), "max", entry.getValue().get(rounds - 1)));
            }
            row.put("daemon", tickbus.daemon().ask("counters", Map.of()));
            if (!row.figures().isFlawless()) {
                report.fault("the herd is not complete, in order and without early ones");
            }
        }
        return report.print(options);
    }
}
