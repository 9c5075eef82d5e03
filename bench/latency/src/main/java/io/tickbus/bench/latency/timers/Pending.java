package io.tickbus.bench.latency.timers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How late timers are when very many are pending. */
@Command(name = "pending", mixinStandardHelpOptions = true, description = {
    "1,000,000 pending one-shot timers at random deadlines over 4 s: lateness and CPU.",
    "Tickbus (daemon hybrid, subscriber predictive) beside other timers, in rounds."})
final class Pending implements Callable<Integer> {
    private static final int WARM_UP_TIMERS = 10_000;
    private static final long WARM_UP_NS = TimeUnit.MILLISECONDS.toNanos(400);
    /** More would be refused; a reader that lags by so many is told what it missed. */
    private static final int MOST_SLOTS = 1 << 20;
    private static final int FEWEST_SLOTS = 1 << 16;

    @Mixin
    private RunOptions options;

    @Option(names = "--rounds", defaultValue = "1", description = "Rounds; default 1.")
    private int rounds;

    @Option(names = "--timers", defaultValue = "1000000", description = "Timers; default 1000000.")
    private int timers;

    @Option(names = "--random-ms", defaultValue = "4000",
            description = "Over which their deadlines are spread; default 4000 ms.")
    private long randomMs;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only those whose names begin so.")
    private List<String> only = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (timers < 1 || rounds < 1 || randomMs < 1) {
            throw new IllegalArgumentException("at least 1 of each: timers=" + timers + " rounds=" + rounds
                    + " randomMs=" + randomMs);
        }
        Report report = new Report("pending");
        try (Stage stage = Stage.open(options, report)) {
            int slots = Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, Integer.highestOneBit(timers)));
            List<Contender> contenders = new Contenders(stage, report, only).tickbus(Map.of("slots", slots))
                    .peers(List.of("stpe", "netty-1ms", "agrona-200us", "java-util-timer")).go(Rhythm.FIXED_RATE)
                    .all();
            Interleaving interleaving = new Interleaving(stage, report, contenders);
            interleaving.warmUp(
                    List.of(Workload.once(Math.min(timers, WARM_UP_TIMERS), WARM_UP_NS, options.seed())));
            Workload workload = Workload.once(timers, TimeUnit.MILLISECONDS.toNanos(randomMs), options.seed());
            interleaving.run(rounds, Map.of("random-" + timers, workload));
            interleaving.demandFlawless("tickbus");
            report.note("all " + timers + " are armed before the first is due, and that is not measured here; heaps "
                    + "are the JVM's default, so a peer's lateness holds the collections that its own timers cause");
        }
        return report.print(options);
    }
}
