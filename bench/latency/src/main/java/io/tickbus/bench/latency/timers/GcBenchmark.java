// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.Commands;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What an application's garbage collector does to its timers: to those in its JVM, and to those in the daemon. */
@Command(name = "gc", mixinStandardHelpOptions = true, description = {
    "A client JVM that allocates heavily next to the daemon: lateness of the daemon's firings, idle and loaded, beside",
    "a ScheduledThreadPoolExecutor in that JVM; and Pearson's r of allocation rate and drift for both."})
final class GcBenchmark extends TimersBenchmark {
    private static final long MIB = 1 << 20;
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final List<Long> TICKS_NS =
            List.of(TimeUnit.MILLISECONDS.toNanos(10), TimeUnit.MILLISECONDS.toNanos(100));
    private static final List<Integer> RATES_MIB = List.of(0, 25, 50, 100, 200, 400);

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

    private ChildProcess daemon;
    private ChildProcess watcher;
    private ChildProcess client;
    private long runs;

    GcBenchmark() {
        super("gc");
    }

    /** What a run came to: the daemon's side, and that of the pool in the allocating JVM. */
    private record Pair(Peer.Outcome tickbus, Peer.Outcome pool) {
    }

    @Override
    void run() throws Exception {
        start();
        Workload pass = Workload.periodic(List.of(PERIOD_NS), SECOND_NS / 2, 0);
        warmUp("", 0, () -> List.of(run(pass, Map.of("collections", 5)).tickbus().stats().percentileNs(50)));
        rest();
        long allocatedBytes = allocatedByDaemon();
        for (int target : collections) {
            Progress.say(target + " collections in " + seconds + " s");
            addRows(run(Workload.periodic(List.of(PERIOD_NS), seconds * SECOND_NS, 0), Map.of("collections", target)),
                    " collections-" + target);
            rest();
        }
        if (windows > 0) {
            correlate();
            rest();
        }
        row("daemon").put("timerThreadAllocatedBytes", allocatedByDaemon() - allocatedBytes);
    }

    private void start() throws IOException {
        Map<String, Object> settings =
                TickbusPeer.settings(harness(), Map.of("arms", false, "liveBytes", liveMb * MIB));
        int cpu = harness().receiverCpu();
        daemon = harness().child(DaemonRole.class, harness().senderCpu(), settings);
        watcher = harness().child(SubscriberRole.class, cpu, settings);
        // The whole JVM, the collector's thread included, stays off the daemon's processor: two that want one processor
        // are late for another reason than the one looked for.
        boolean isPinned = isPinned() && Commands.find("taskset").isPresent();
        List<String> prefix = isPinned ? List.of("taskset", "-c", Integer.toString(cpu)) : List.of();
        client = harness().child(AllocatingRole.class, -1, settings,
                JvmLaunch.here().withPrefix(prefix).withFlags("-Xms512m", "-Xmx512m", "-Xmn" + youngMb + "m"));
        harness().meterHiccupsIn(daemon, watcher);
    }

    private long allocatedByDaemon() {
        return JsonLines.number(daemon.ask("counters", Map.of()), "timerThreadAllocatedBytes");
    }

    private Pair run(Workload workload, Map<String, Object> plan) {
        Map<String, Object> order = new LinkedHashMap<>(plan);
        order.put("workload", workload.toMap());
        order.put("startNs", startNs(workload));
        order.put("run", ++runs);
        watcher.send("run", order);
        client.send("run", order);
        Map<String, Object> ofPool = client.answer();
        Map<String, Object> ofDaemon = watcher.answer();
        FiringStats published = FiringStats.ofWire(JsonLines.object(ofDaemon, "published"));
        FiringStats observed = FiringStats.ofWire(JsonLines.object(ofDaemon, "figures"));
        for (Tally each : List.of(Tally.LOST, Tally.DUPLICATED, Tally.OUT_OF_ORDER)) {
            published.tally(each, observed.tally(each));
        }
        return new Pair(new Peer.Outcome(published, Map.of(), ofDaemon),
                new Peer.Outcome(FiringStats.ofWire(JsonLines.object(ofPool, "figures")), Map.of(), ofPool));
    }

    private void addRows(Pair pair, String name) {
        Row tickbus = row("tickbus-published" + name);
        tickbus.add(pair.tickbus());
        tickbus.put("observedLatenessNs",
                FiringStats.ofWire(JsonLines.object(pair.tickbus().extras(), "figures")).latenessNs());
        Row pool = row("stpe-in-client" + name);
        pool.add(pair.pool());
        pool.put("collections", pair.pool().extras().get("collections"))
                .put("collectingMs", pair.pool().extras().get("collectingMs"));
        demandFlawless("tickbus" + name, tickbus.stats());
    }

    private void correlate() {
        List<Long> rates = new ArrayList<>();
        for (int window = 0; window < windows; window++) {
            rates.add(RATES_MIB.get(window % RATES_MIB.size()) * MIB);
        }
        Collections.shuffle(rates, new Random(seed()));
        Progress.say(windows + " windows of 1 s at rates of 0 to 400 MiB/s");
        Pair pair = run(Workload.periodic(TICKS_NS, windows * SECOND_NS, 0).windows(SECOND_NS),
                Map.of("bytesPerSecond", rates));
        addRows(pair, " rates");
        List<Double> bytes = JsonLines.fractions(pair.pool().extras(), "windowBytes");
        for (int tick = 0; tick < TICKS_NS.size(); tick++) {
            row("pearson tick-" + TimeUnit.NANOSECONDS.toMillis(TICKS_NS.get(tick)) + "ms")
                    .put("windows", windows)
                    .put("tickbusPublished", r(bytes, pair.tickbus(), "publishedWindows", tick))
                    .put("tickbusObserved", r(bytes, pair.tickbus(), "windows", tick))
                    .put("stpe", r(bytes, pair.pool(), "windows", tick));
        }
    }

    private static double r(List<Double> bytes, Peer.Outcome outcome, String windows, int tick) {
        List<?> means = (List<?>) JsonLines.object(outcome.extras(), windows).get("meansNs");
        List<Double> drift = JsonLines.fractions(Map.of("drift", means.get(tick)), "drift");
        return Math.round(1000 * pearson(bytes, drift)) / 1000.0;
    }

    /** Pearson's r, −1 to 1; 0 where one of them does not vary. */
    static double pearson(List<Double> x, List<Double> y) {
        double meanX = x.stream().mapToDouble(each -> each).average().orElse(0);
        double meanY = y.stream().mapToDouble(each -> each).average().orElse(0);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.size(); i++) {
            double dx = x.get(i) - meanX;
            double dy = y.get(i) - meanY;
            xy += dx * dy;
            xx += dx * dx;
            yy += dy * dy;
        }
        return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
    }
}
