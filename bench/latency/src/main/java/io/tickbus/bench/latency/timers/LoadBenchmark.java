// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many firings a second, each checked by a subscriber in another process. */
@Command(name = "load", mixinStandardHelpOptions = true, description = {
    "12,847 firings a second for a minute, then the highest rate that is kept with nothing lost.",
    "Every (timer, occurrence) is checked in another process: once, in order, with the deadline that was armed."})
final class LoadBenchmark extends TimersBenchmark {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long WINDOW_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long BACKLOG_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_TIMERS = 100_000;

    @Option(names = "--rate", defaultValue = "12847", description = "Firings a second at first; default 12847.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "60", description = "Of that; default 60 s. 0 leaves it out.")
    private long seconds;

    @Option(names = "--modes", split = ",", defaultValue = "hybrid,spin",
            description = "The daemon's modes at that rate, one after the other; default hybrid and spin.")
    private List<String> modes;

    @Option(names = "--clock-seconds", defaultValue = "15", description = {
        "How long, before and after that, threads that only read the clock have the same deadlines: the floor.",
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

    LoadBenchmark() {
        super("load");
    }

    @Override
    void run() throws Exception {
        if (seconds > 0) {
            runClockOnly("before");
            for (String mode : modes) {
                runTimers(Map.of("slots", slots, "mode", mode, "waiting", mode.equals("spin") ? "spin" : "predictive"));
            }
            runClockOnly("after");
        }
        if (!steps.isEmpty()) {
            climb();
        }
    }

    /**
     * The same deadlines for two threads, on the daemon's processor and on the subscriber's, that do nothing but wait
     * for them: the floor. Two, since a host may throttle whatever keeps both busy.
     */
    private void runClockOnly(String when) throws Exception {
        if (clockSeconds == 0) {
            return;
        }
        try (JvmPeer other = JvmPeer.start(harness(), "clock-only", harness().receiverCpu());
                JvmPeer clock = JvmPeer.start(harness(), "clock-only", harness().senderCpu())) {
            Progress.say("the clock alone, " + when);
            run(clock, workload(rate, SECOND_NS));
            Workload workload = workload(rate, clockSeconds * SECOND_NS).windows(WINDOW_NS);
            long startNs = startNs(workload);
            other.child().send("run", Map.of("workload", workload.toMap(), "startNs", startNs));
            Peer.Outcome outcome = clock.run(workload, startNs);
            other.answer();
            Row row = row(clock.name() + " " + when + " " + rate + "/s");
            row.add(outcome);
            addWindows(row, outcome, "windows");
            rest();
        }
    }

    /** Quartiles over the windows: a stall of the host spoils those it falls into, and no others. */
    private static void addWindows(Row row, Peer.Outcome outcome, String windows) {
        Map<String, Object> figures = new LinkedHashMap<>();
        for (String figure : List.of("p50Ns", "p99Ns", "maxNs")) {
            figures.put(figure,
                    Percentiles.of(JsonLines.numbers(JsonLines.object(outcome.extras(), windows), figure)));
        }
        row.put(windows, figures);
    }

    private void runTimers(Map<String, Object> settings) throws Exception {
        try (TickbusPeer tickbus = TickbusPeer.start(harness(), settings)) {
            Workload warmUp = workload(rate, SECOND_NS / 2);
            warmUp(tickbus.name(), 0, () -> List.of(TickbusPeer.published(run(tickbus, warmUp)).percentileNs(50)));
            Progress.say(rate + " firings a second for " + seconds + " s");
            Peer.Outcome outcome = run(tickbus, workload(rate, seconds * SECOND_NS).windows(WINDOW_NS));
            harness().meterHiccupsIn();
            Row row = row(tickbus.name() + " " + rate + "/s");
            row.add(outcome);
            row.put("windowNs", WINDOW_NS);
            addWindows(row, outcome, "windows");
            addWindows(row, outcome, "publishedWindows");
            demandFlawless(tickbus.name(), row.stats());
        }
    }

    private void climb() throws Exception {
        try (TickbusPeer tickbus =
                TickbusPeer.start(harness(), Map.of("slots", slots, "mode", "spin", "waiting", "spin"))) {
            Progress.say("warm-up");
            Workload warmUp = workload(steps.get(0), SECOND_NS);
            tickbus.run(warmUp, startNs(warmUp));
            restWith(tickbus, SECOND_NS);
            int highest = 0;
            for (int step : steps) {
                long durationNs = (step == goal ? goalSeconds : stepSeconds) * SECOND_NS;
                Progress.say(step + " firings a second for " + durationNs / SECOND_NS + " s");
                Workload workload = workload(step, durationNs);
                if (!isKept(tickbus, workload, step)) {
                    break;
                }
                highest = step;
                restWith(tickbus, durationNs / 2);
            }
            row("highest rate kept").put("firingsPerSecond", highest);
        }
    }

    /**
     * Whether nothing was lost or folded, and no backlog was left at the end that would have grown for ever. A rate too
     * high may lose firings; it must not make up any, nor fire early.
     */
    private boolean isKept(TickbusPeer tickbus, Workload workload, int step) throws Exception {
        Peer.Outcome outcome = tickbus.run(workload, startNs(workload));
        FiringStats stats = outcome.stats();
        boolean isKept = stats.isFlawless() && stats.tally(Tally.MISSED) == 0
                && JsonLines.number(outcome.extras(), "completeNs") < BACKLOG_NS;
        Row row = row(tickbus.name() + " " + step + "/s");
        row.add(outcome);
        row.put("seconds", workload.durationNs() / SECOND_NS).put("overrun", outcome.extras().get("overrun"))
                .put("lastAfterEndNs", outcome.extras().get("completeNs")).put("isKept", isKept);
        if (stats.tally(Tally.EARLY) + stats.tally(Tally.DUPLICATED) + stats.tally(Tally.OUT_OF_ORDER) > 0) {
            report().fault("at " + step + " firings a second some were early, twice or out of order");
        }
        return isKept;
    }

    /** Rests about as long as it has worked, with the daemon asleep too. */
    private void restWith(TickbusPeer tickbus, long ns) throws InterruptedException {
        DaemonRole.setMode(tickbus.daemon(), "park");
        TimeUnit.NANOSECONDS.sleep(ns);
        rest();
        DaemonRole.setMode(tickbus.daemon(), "spin");
    }

    /** Periodic timers of 1 s at random phases; beyond 100,000 of them, of shorter periods. */
    private Workload workload(int firingsPerSecond, long durationNs) {
        int timers = Math.min(firingsPerSecond, MOST_TIMERS);
        long periodNs = timers * SECOND_NS / firingsPerSecond;
        return Workload.periodic(List.of(periodNs), durationNs, 0).spread(timers, periodNs, seed());
    }
}
