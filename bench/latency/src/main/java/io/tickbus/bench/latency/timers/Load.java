package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.Contender.Outcome;
import io.tickbus.bench.latency.timers.Figures.Tally;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Many firings a second, each checked by a subscriber in another process. */
@Command(name = "load", mixinStandardHelpOptions = true, description = {
    "12,847 firings a second for a minute, then the highest rate that is kept with nothing lost.",
    "Every (timer, occurrence) is checked in another process: once, in order, with the deadline that was armed."})
final class Load implements Callable<Integer> {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long WINDOW_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long BACKLOG_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_TIMERS = 100_000;
    private static final int WARM_UPS = 2;
    /** Of the time that counts. */
    private static final int WARM_UP_SHARE = 15;

    @Mixin
    private RunOptions options;

    @Option(names = "--rate", defaultValue = "12847", description = "Firings a second at first; default 12847.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "60", description = "Of that; default 60 s. 0 leaves it out.")
    private long seconds;

    @Option(names = "--modes", split = ",", defaultValue = "hybrid,spin",
            description = "The daemon's modes at that rate, one after the other; default hybrid and spin.")
    private List<String> modes;

    @Option(names = "--clock-seconds", defaultValue = "15", description = {
        "How long, before and after that, threads that look at the clock alone have the same deadlines: the floor.",
        "Default 15 s. 0 leaves it out."})
    private long clockSeconds;

    @Option(names = "--steps", split = ",", defaultValue = "500000,1000000,1500000,2000000,3000000",
            description = "Rates tried then, upwards until one is not kept; default 500000 to 3000000.")
    private List<Integer> steps;

    @Option(names = "--step-seconds", defaultValue = "3", description = "Of each step; default 3 s.")
    private long stepSeconds;

    @Option(names = "--goal", defaultValue = "1000000", description = "The step that lasts longer; default 1000000.")
    private int goal;

    @Option(names = "--goal-seconds", defaultValue = "10", description = "Of that step; default 10 s.")
    private long goalSeconds;

    @Option(names = "--slots", defaultValue = "1048576", description = "Of the bus; default 1048576.")
    private int slots;

    @Override
    public Integer call() throws Exception {
        Report report = new Report("load");
        try (Stage stage = Stage.open(options, report)) {
            if (seconds > 0) {
                run(report, stage);
            }
            if (!steps.isEmpty()) {
                climb(report, stage);
            }
        }
        return report.print(options);
    }

    private void run(Report report, Stage stage) throws Exception {
        if (clockSeconds > 0) {
            lookAtClock(report, stage, "before");
        }
        for (String mode : modes) {
            runTimers(report, stage, Map.of("slots", slots, "mode", mode, "waiting",
                    mode.equals("spin") ? "spin" : "predictive"));
        }
        if (clockSeconds > 0) {
            lookAtClock(report, stage, "after");
        }
    }

    /**
     * The same deadlines for two threads, on the daemon's processor and on the subscriber's, that do nothing but wait
     * for them: the floor. Two, since a host may throttle who keeps both busy.
     */
    private void lookAtClock(Report report, Stage stage, String when) throws Exception {
        Map<String, Object> settings = Map.of("timers", "clock-only");
        ChildProcess other = stage.child("peer", stage.observerCpu(), settings);
        try (other; PeerContender clock =
                new PeerContender("clock-only", stage.child("peer", stage.daemonCpu(), settings))) {
            Progress.say("the clock alone, " + when);
            Workload warmUp = workload(rate, SECOND_NS);
            clock.run(warmUp, stage.startNs(warmUp));
            stage.rest();
            Workload workload = workload(rate, clockSeconds * SECOND_NS).windows(WINDOW_NS);
            long startNs = stage.startNs(workload);
            other.send("run", Map.of("workload", workload.toMap(), "startNs", startNs));
            Outcome outcome = clock.run(workload, startNs);
            other.answer();
            Row row = report.row(clock.name() + " " + when + " " + rate + "/s");
            row.add(outcome);
            addWindows(row, "windows.", Wire.object(outcome.extras(), "windows"));
            stage.rest();
        }
    }

    private static void addWindows(Row row, String prefix, Map<String, Object> windows) {
        for (String figure : List.of("p50Ns", "p99Ns", "maxNs")) {
            row.put(prefix + figure, quartiles(Wire.numbers(windows, figure)));
        }
    }

    private void runTimers(Report report, Stage stage, Map<String, Object> settings) throws Exception {
        try (TickbusContender tickbus = TickbusContender.start(stage, settings)) {
            Progress.say("warm-up");
            Workload warmUp = workload(rate, Math.max(1, seconds / WARM_UP_SHARE) * SECOND_NS);
            // It is the second arming that shows the compiler that the first was not all.
            for (int i = 0; i < WARM_UPS; i++) {
                tickbus.run(warmUp, stage.startNs(warmUp));
                stage.rest();
            }
            Progress.say(rate + " firings a second for " + seconds + " s");
            Workload workload = workload(rate, seconds * SECOND_NS).windows(WINDOW_NS);
            Outcome outcome = tickbus.run(workload, stage.startNs(workload));
            stage.rest();
            stage.meterHiccupsIn();
            Row row = report.row(tickbus.name() + " " + rate + "/s");
            row.add(outcome);
            row.put("windowNs", WINDOW_NS);
            addWindows(row, "windows.", Wire.object(outcome.extras(), "windows"));
            addWindows(row, "publishedWindows.", Wire.object(outcome.extras(), "publishedWindows"));
            if (!row.figures().isFlawless()) {
                report.fault("at " + rate + " firings a second something was lost, twice, early or out of order");
            }
        }
    }

    /** A stall of the host spoils the windows it falls into, and no others. */
    private static Map<String, Object> quartiles(List<Long> values) {
        List<Long> sorted = values.stream().sorted().toList();
        Map<String, Object> map = new LinkedHashMap<>();
        if (!sorted.isEmpty()) {
            map.put("p25", sorted.get(sorted.size() / 4));
            map.put("p50", sorted.get(sorted.size() / 2));
            map.put("p75", sorted.get(sorted.size() * 3 / 4));
            map.put("p90", sorted.get(sorted.size() * 9 / 10));
        }
        return map;
    }

    private void climb(Report report, Stage stage) throws Exception {
        try (TickbusContender tickbus = TickbusContender.start(stage,
                Map.of("slots", slots, "mode", "spin", "waiting", "spin"))) {
            Progress.say("warm-up");
            Workload warmUp = workload(steps.get(0), SECOND_NS);
            tickbus.run(warmUp, stage.startNs(warmUp));
            rest(stage, tickbus, SECOND_NS);
            int highest = 0;
            for (int step : steps) {
                long durationNs = (step == goal ? goalSeconds : stepSeconds) * SECOND_NS;
                Progress.say(step + " firings a second for " + durationNs / SECOND_NS + " s");
                Workload workload = workload(step, durationNs);
                Outcome outcome = tickbus.run(workload, stage.startNs(workload));
                Row row = report.row(tickbus.name() + " " + step + "/s");
                row.add(outcome);
                boolean isKept = isKept(outcome);
                row.put("seconds", durationNs / SECOND_NS).put("overrun", outcome.extras().get("overrun"))
                        .put("lastAfterEndNs", outcome.extras().get("completeNs")).put("isKept", isKept);
                checkStep(report, row, step);
                if (!isKept) {
                    break;
                }
                highest = step;
                rest(stage, tickbus, durationNs / 2);
            }
            report.row("highest rate kept").put("firingsPerSecond", highest);
        }
    }

    /** Nothing lost or folded, and no backlog left at the end that would have grown for ever. */
    private static boolean isKept(Outcome outcome) {
        return outcome.figures().isFlawless() && outcome.figures().tally(Tally.MISSED) == 0
                && Wire.number(outcome.extras(), "completeNs") < BACKLOG_NS;
    }

    /** A rate too high may lose firings. It must not make up any, nor fire early. */
    private static void checkStep(Report report, Row row, int step) {
        Figures figures = row.figures();
        if (figures.tally(Tally.EARLY) + figures.tally(Tally.DUPLICATED) + figures.tally(Tally.OUT_OF_ORDER) > 0) {
            report.fault("at " + step + " firings a second some were early, twice or out of order");
        }
    }

    /** Rests about as long as it has worked, with the daemon asleep too. */
    private static void rest(Stage stage, TickbusContender tickbus, long ns) throws InterruptedException {
        tickbus.daemon().ask("mode", Map.of("mode", "park"));
        TimeUnit.NANOSECONDS.sleep(ns);
        stage.rest();
        tickbus.daemon().ask("mode", Map.of("mode", "spin"));
    }

    /** Periodic timers of 1 s at random phases; beyond 100,000 of them, of shorter periods. */
    private Workload workload(int firingsPerSecond, long durationNs) {
        int timers = Math.min(firingsPerSecond, MOST_TIMERS);
        long periodNs = timers * SECOND_NS / firingsPerSecond;
        return Workload.periodic(List.of(periodNs), durationNs, 0).spread(timers, periodNs, options.seed());
    }
}
