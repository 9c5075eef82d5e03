package io.tickbus.bench.latency.timers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How late timers are and what that costs: 1 kHz, and apart from it many random deadlines. */
@Command(name = "precision", mixinStandardHelpOptions = true, description = {
    "A periodic timer of 1 kHz, and 10,000 pending one-shot timers at random deadlines.",
    "Tickbus (daemon hybrid, subscriber predictive) beside other timers, in rounds."})
final class Precision implements Callable<Integer> {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @Mixin
    private RunOptions options;

    @Option(names = "--rounds", defaultValue = "2", description = "Rounds; default 2.")
    private int rounds;

    @Option(names = "--warm-up-ms", defaultValue = "1500",
            description = "Of each, four times before it counts; default 1500 ms.")
    private long warmUpMs;

    @Option(names = "--periodic-ms", defaultValue = "2000", description = "Of 1 kHz per round; default 2000 ms.")
    private long periodicMs;

    @Option(names = "--random-ms", defaultValue = "3000", description = "Of random deadlines; default 3000 ms.")
    private long randomMs;

    @Option(names = "--timers", defaultValue = "10000", description = "Random timers; default 10000.")
    private int timers;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only those whose names begin so.")
    private List<String> only = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Report report = new Report("precision");
        try (Stage stage = Stage.open(options, report)) {
            List<Contender> contenders = new Contenders(stage, report, only).tickbus(Map.of())
                    .peers(List.of("stpe", "netty-1ms", "agrona-200us", "java-util-timer")).cyclictest()
                    .go(Rhythm.FIXED_RATE).all();
            Interleaving interleaving = new Interleaving(stage, report, contenders);
            long warmUpNs = TimeUnit.MILLISECONDS.toNanos(warmUpMs);
            List<Workload> warmUp = List.of(Workload.periodic(List.of(PERIOD_NS / 4), warmUpNs, 0),
                    Workload.once(timers, warmUpNs, options.seed()));
            interleaving.warmUp(warmUp);
            // It is the second arming that shows the compiler that the first was not all.
            interleaving.warmUp(warmUp);
            Map<String, Workload> workloads = new LinkedHashMap<>();
            workloads.put("1kHz", Workload.periodic(List.of(PERIOD_NS),
                    TimeUnit.MILLISECONDS.toNanos(periodicMs), SETTLE_NS));
            workloads.put("random-" + timers,
                    Workload.once(timers, TimeUnit.MILLISECONDS.toNanos(randomMs), options.seed()));
            interleaving.run(rounds, workloads);
            interleaving.demandFlawless("tickbus");
        }
        return report.print(options);
    }
}
