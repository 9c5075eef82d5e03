package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.Contender.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an application's garbage collector does to its timers: to those in its JVM, and to those in the daemon. */
@Command(name = "gc", mixinStandardHelpOptions = true, description = {
    "A client JVM that allocates heavily next to the daemon: lateness of the daemon's firings, idle and loaded, beside",
    "a ScheduledThreadPoolExecutor in that JVM; and Pearson's r of allocation rate and drift for both."})
final class Collector implements Callable<Integer> {
    private static final long MIB = 1 << 20;
    private static final List<Long> TICKS_NS =
            List.of(TimeUnit.MILLISECONDS.toNanos(10), TimeUnit.MILLISECONDS.toNanos(100));
    private static final List<Integer> RATES_MIB = List.of(0, 25, 50, 100, 200, 400);

    @Mixin
    private RunOptions options;

    @Option(names = "--collections", split = ",", defaultValue = "0,10,100",
            description = "Collections provoked in a run, a run for each; default 0,10,100.")
    private List<Integer> collections;

    @Option(names = "--seconds", defaultValue = "5", description = "Of each of these runs; default 5 s.")
    private long seconds;

    @Option(names = "--windows", defaultValue = "24",
            description = "Windows of 1 s, each with another allocation rate, for Pearson's r; default 24.")
    private int windows;

    @Option(names = "--young-mb", defaultValue = "32", description = "Young generation; default 32 MiB.")
    private long youngMb;

    @Option(names = "--live-mb", defaultValue = "12", description = "What lives for a while; default 12 MiB.")
    private long liveMb;

    private Stage stage;
    private ChildProcess daemon;
    private ChildProcess watcher;
    private ChildProcess client;
    private long runs;

    /** What a run came to: the daemon's side, and that of the pool in the allocating JVM. */
    private record Pair(Outcome tickbus, Outcome pool) {
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("gc");
        try (Stage opened = Stage.open(options, report)) {
            stage = opened;
            start();
            Progress.say("warm-up");
            run(Workload.periodic(List.of(TimeUnit.MILLISECONDS.toNanos(1)), TimeUnit.SECONDS.toNanos(1), 0),
                    Map.of("collections", 5));
            stage.rest();
            long allocatedBytes = allocatedByDaemon();
            for (int target : collections) {
                Progress.say(target + " collections in " + seconds + " s");
                Pair pair = run(Workload.periodic(List.of(TimeUnit.MILLISECONDS.toNanos(1)),
                        TimeUnit.SECONDS.toNanos(seconds), 0), Map.of("collections", target));
                rows(report, pair, " collections-" + target);
                stage.rest();
            }
            if (windows > 0) {
                correlate(report);
                stage.rest();
            }
            report.row("daemon").put("timerThreadAllocatedBytes", allocatedByDaemon() - allocatedBytes);
        }
        return report.print(options);
    }

    private void start() throws IOException {
        Map<String, Object> settings =
                TickbusContender.settings(stage, Map.of("arms", false, "liveBytes", liveMb * MIB));
        daemon = stage.child("daemon", stage.daemonCpu(), settings);
        watcher = stage.child("subscriber", stage.observerCpu(), settings);
        // The whole JVM, the collector's thread included, stays off the daemon's processor: two who want one processor
        // are late for another reason than the one looked for.
        boolean isPinned = options.isPinned() && Commands.find("taskset").isPresent();
        List<String> prefix = isPinned ? List.of("taskset", "-c", Integer.toString(stage.observerCpu())) : List.of();
        client = stage.child("allocating", -1, settings, prefix,
                List.of("-Xms512m", "-Xmx512m", "-Xmn" + youngMb + "m"));
        stage.meterHiccupsIn(daemon, watcher);
    }

    private long allocatedByDaemon() {
        return Wire.number(daemon.ask("counters", Map.of()), "timerThreadAllocatedBytes");
    }

    private Pair run(Workload workload, Map<String, Object> plan) {
        long startNs = stage.startNs(workload);
        Map<String, Object> order = new LinkedHashMap<>(plan);
        order.put("workload", workload.toMap());
        order.put("startNs", startNs);
        order.put("run", ++runs);
        watcher.send("run", order);
        client.send("run", order);
        Map<String, Object> ofPool = client.answer();
        Map<String, Object> ofDaemon = watcher.answer();
        Figures published = Figures.ofWire(Wire.object(ofDaemon, "published"));
        Figures observed = Figures.ofWire(Wire.object(ofDaemon, "figures"));
        for (Figures.Tally each : List.of(Figures.Tally.LOST, Figures.Tally.DUPLICATED, Figures.Tally.OUT_OF_ORDER)) {
            published.tally(each, observed.tally(each));
        }
        return new Pair(new Outcome(published, Map.of(), ofDaemon),
                new Outcome(Figures.ofWire(Wire.object(ofPool, "figures")), Map.of(), ofPool));
    }

    private static void rows(Report report, Pair pair, String name) {
        Row tickbus = report.row("tickbus-published" + name);
        tickbus.add(pair.tickbus());
        tickbus.put("observedLatenessNs",
                Figures.ofWire(Wire.object(pair.tickbus().extras(), "figures")).latenessNs());
        Row pool = report.row("stpe-in-client" + name);
        pool.add(pair.pool());
        pool.put("collections", pair.pool().extras().get("collections"))
                .put("collectingMs", pair.pool().extras().get("collectingMs"));
        if (!tickbus.figures().isFlawless()) {
            report.fault("tickbus" + name + " fired early, twice, out of order or not at all");
        }
    }

    private void correlate(Report report) {
        List<Long> rates = new ArrayList<>();
        for (int window = 0; window < windows; window++) {
            rates.add(RATES_MIB.get(window % RATES_MIB.size()) * MIB);
        }
        Collections.shuffle(rates, new Random(options.seed()));
        Progress.say(windows + " windows of 1 s at rates of 0 to 400 MiB/s");
        long windowNs = TimeUnit.SECONDS.toNanos(1);
        Pair pair = run(Workload.periodic(TICKS_NS, windows * windowNs, 0).windows(windowNs),
                Map.of("bytesPerSecond", rates));
        rows(report, pair, " rates");
        List<Double> bytes = Wire.fractions(pair.pool().extras(), "windowBytes");
        for (int tick = 0; tick < TICKS_NS.size(); tick++) {
            report.row("pearson tick-" + TimeUnit.NANOSECONDS.toMillis(TICKS_NS.get(tick)) + "ms")
                    .put("windows", windows)
                    .put("tickbusPublished", r(bytes, pair.tickbus(), "publishedWindows", tick))
                    .put("tickbusObserved", r(bytes, pair.tickbus(), "windows", tick))
                    .put("stpe", r(bytes, pair.pool(), "windows", tick));
        }
    }

    private static double r(List<Double> bytes, Outcome outcome, String windows, int tick) {
        List<?> means = (List<?>) Wire.object(outcome.extras(), windows).get("meansNs");
        List<Double> drift = Wire.fractions(Map.of("drift", means.get(tick)), "drift");
        return Math.round(1000 * Correlation.pearson(bytes, drift)) / 1000.0;
    }
}
