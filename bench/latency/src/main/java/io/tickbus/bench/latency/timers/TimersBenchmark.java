// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions.WarmUp;
import io.tickbus.bench.latency.harness.BenchOptions;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.Convergence;
import io.tickbus.bench.latency.harness.Progress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A scenario of {@code bench timers}: its options, and what it runs on. */
abstract class TimersBenchmark implements Callable<Integer> {
    /** The lead that each timer needs; among very many, a stall of the host is a smaller part. */
    private static final long LEAD_PER_TIMER_NS = TimeUnit.MICROSECONDS.toNanos(15);
    private static final long LEAD_PER_TIMER_OF_MANY_NS = TimeUnit.MICROSECONDS.toNanos(4);
    private static final int MANY_TIMERS = 100_000;
    /** By how much the best of the last two passes may be better than any before. */
    private static final double SETTLED = 0.25;
    private static final int LEAST_PASSES = 3;

    @Mixin
    private BenchOptions options;

    @Mixin
    private final WarmUp warmUp = new WarmUp(10);

    @Option(names = "--rest-ms", defaultValue = "300", description = "Rest between two slices; default 300 ms.")
    private long restMs;

    @Option(names = "--seed", defaultValue = "20240229", description = "Of all random deadlines; default 20240229.")
    private long seed;

    @Option(names = "--lead-ms", defaultValue = "300",
            description = "From the arming to the first deadline, at least; default 300 ms.")
    private long leadMs;

    private final String scenario;
    private BenchReport report;
    private BenchHarness harness;
    /** What the names of the rows begin with that were not warm when they began to count. */
    private final Set<String> cold = new LinkedHashSet<>();

    TimersBenchmark(String scenario) {
        this.scenario = scenario;
    }

    @Override
    public final Integer call() throws Exception {
        report = new BenchReport("rows").head("scenario", scenario);
        report.environment("seed", seed);
        try (BenchHarness opened = BenchHarness.open(report, options.isPinned())) {
            harness = opened;
            run();
        }
        if (!cold.isEmpty()) {
            report.note("still warming up when the time for that was over: "
                    + (cold.contains("") ? scenario : String.join(", ", cold)));
        }
        return report.print(options.isJson());
    }

    abstract void run() throws Exception;

    final BenchHarness harness() {
        return harness;
    }

    final BenchReport report() {
        return report;
    }

    final boolean isPinned() {
        return options.isPinned();
    }

    final long seed() {
        return seed;
    }

    /** Adds a row to the report. */
    final Row row(String name) {
        Row row = new Row(name);
        row.put("isWarm", cold.stream().noneMatch(name::startsWith));
        report.row(row::toMap);
        return row;
    }

    /** Something that is repeated until its figures settle. */
    interface Pass {
        /** Runs it once; its figures, always the same ones, which fall while it warms up. */
        List<? extends Number> run() throws Exception;
    }

    /**
     * Repeats a pass until each of its figures has settled, or until the time for that is over.
     *
     * @param rows   what the names of the rows begin with that are warm then
     * @param fewest passes, however soon it is
     */
    final void warmUp(String rows, int fewest, Pass pass) throws Exception {
        Progress.say("warm-up " + rows);
        long giveUpNs = System.nanoTime() + warmUp.ns();
        List<Convergence> figures = new ArrayList<>();
        boolean isWarm = false;
        // Fewer than three passes can say nothing.
        int left = warmUp.ns() > 0 ? LEAST_PASSES : 0;
        while (!isWarm && (left > 0 || System.nanoTime() < giveUpNs)) {
            left--;
            isWarm = true;
            int figure = 0;
            for (Number found : pass.run()) {
                if (figure == figures.size()) {
                    figures.add(new Convergence(SETTLED, 1, fewest));
                }
                isWarm &= figures.get(figure++).add(found.doubleValue());
            }
        }
        if (!isWarm) {
            cold.add(rows);
        }
    }

    /** When a workload may start, so that all of its timers are armed before. */
    final long startNs(Workload workload) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(leadMs)
                + Math.min(workload.size(), MANY_TIMERS) * LEAD_PER_TIMER_NS
                + Math.max(0, workload.size() - MANY_TIMERS) * LEAD_PER_TIMER_OF_MANY_NS;
    }

    final void rest() throws InterruptedException {
        harness.rest(restMs);
    }

    /** Runs a workload as soon as its timers can be armed, and rests. */
    final Peer.Outcome run(Peer peer, Workload workload) throws Exception {
        Peer.Outcome outcome = peer.run(workload, startNs(workload));
        rest();
        return outcome;
    }

    /** Tickbus fires each timer once, in order and never early, whatever the host does. */
    final void demandFlawless(String name, FiringStats stats) {
        if (name.startsWith("tickbus") && !stats.isFlawless()) {
            report.fault(name + " fired early, twice, out of order or not at all: " + stats.toReport());
        }
    }
}
