// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * Targets and results: what was measured elsewhere, what was measured here, and whether that is as good. The
 * targets are the figures that the authors of a Go programme measured on four virtual processors.
 */
final class GoalCheck {
    static final String HOLDS = "holds";
    static final String MISSED = "missed";
    static final String NOT_JUDGED = "not judged: the host was too busy";
    static final String NOT_MEASURED = "not measured";
    private static final double NS_PER_US = 1_000;
    private static final double NS_PER_MS = 1_000_000;

    private final Results results;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    private GoalCheck(Results results) {
        this.results = results;
    }

    static List<Map<String, Object>> of(Results results) {
        GoalCheck check = new GoalCheck(results);
        check.sharedMemory();
        check.ring();
        check.timers();
        check.contention();
        check.collector();
        check.drift();
        check.clocks();
        check.load();
        return check.rows;
    }

    /** Adds a goal; without all of the figures that it needs, it was not measured. */
    private void add(String section, String goal, Supplier<String> measured, BooleanSupplier isReached,
            double... figures) {
        boolean isMeasured = Arrays.stream(figures).noneMatch(Double::isNaN);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("row", "M" + (rows.size() + 1));
        row.put("claim", goal);
        row.put("measured", isMeasured ? measured.get() : "–");
        row.put("verdict", !isMeasured ? NOT_MEASURED : results.isDisturbed(section) ? NOT_JUDGED
                : isReached.getAsBoolean() ? HOLDS : MISSED);
        rows.add(row);
    }

    private void sharedMemory() {
        double spin = number(results.transport("tickbus-spin"), "latencyNs", "p50");
        double kill = number(results.transport("kill-sigwait"), "latencyNs", "p50");
        double calls = number(results.transport("tickbus-spin"), "syscallsPerMessage");
        double ratio = kill / Math.max(1, spin);
        add("oneway", "0.3 µs and no system call against 12.4 µs and two for kill + sigwait: 41 times",
                () -> format("%.2f µs, %.2f system calls, against %.1f µs: %.0f times", spin / NS_PER_US, calls,
                        kill / NS_PER_US, ratio),
                () -> ratio >= 41 && calls < 0.01, spin, kill, calls);
    }

    /** Of JMH: a message alone, and the median and the tail beside a consumer, where a sample holds the clock reads. */
    private void ring() {
        double[] bus = enqueue("tickbus");
        double[] monitor = enqueue("synchronized-ring");
        double[] queue = enqueue("array-blocking");
        add("enqueue", "enqueue 9 ns against 150 ns with a lock; tiny jitter under contention",
                () -> format("one thread, and p50 and p99 beside a consumer: the bus %s ns; a synchronized ring %s; "
                        + "ArrayBlockingQueue %s", inWords(bus), inWords(monitor), inWords(queue)),
                () -> bus[0] <= 9 && bus[0] < Math.min(monitor[0], queue[0])
                        && bus[2] < Math.min(monitor[2], queue[2]),
                DoubleStream.of(bus[0], bus[1], bus[2], monitor[0], monitor[2], queue[0], queue[2]).toArray());
    }

    private double[] enqueue(String channel) {
        Map<String, Object> row = results.exactRow("enqueue", channel);
        return new double[] {number(row, "aloneNs"), number(row, "contendedNs", "p50"),
            number(row, "contendedNs", "p99")};
    }

    private static String inWords(double... costNs) {
        return format("%.1f, %.0f and %.0f", costNs[0], costNs[1], costNs[2]);
    }

    private void timers() {
        double daemon = number(results.row("eco", "tickbus"), "cpuPercent", "daemon");
        double naive = number(results.row("eco", "naive-map-1ms"), "cpuPercent", "jvm");
        double mean = number(results.row("eco", "tickbus"), "latenessNs", "mean");
        double few = number(results.exactRow("cost", "tickbus-engine 10000"), "nsPerArm", "p50");
        double many = number(results.exactRow("cost", "tickbus-engine 1000000"), "nsPerArm", "p50");
        String arms = Double.isNaN(few + many) ? ""
                : format("; an arm %.0f ns among 10,000, %.0f among 1,000,000", few, many);
        add("eco", "10,000 timers, 50 ms precision: CPU 9 % against 38 % for polling all of them",
                () -> format("CPU %.1f %% of the daemon against %.1f %%; mean lateness %.1f ms, of 50 allowed%s",
                        daemon, naive, mean / NS_PER_MS, arms),
                () -> daemon <= 9 && daemon < naive, daemon, naive, mean);
    }

    private void contention() {
        double ours = number(results.row("contention", "tickbus 8-threads"), "nsPerArm", "mean");
        double pool = number(results.row("contention", "stpe 8-threads"), "nsPerArm", "mean");
        add("contention", "no lock shared by threads that arm; a heap under a lock: over 60 % of the time waiting",
                () -> format("eight threads, mean of an arm on the caller's side: %.0f ns against %.0f ns of "
                        + "ScheduledThreadPoolExecutor", ours, pool),
                () -> ours < pool, ours, pool);
    }

    private void collector() {
        double few = number(results.row("gc", "tickbus-published collections-10"), "latenessNs", "p99");
        double many = number(results.row("gc", "tickbus-published collections-100"), "latenessNs", "p99");
        double pool = number(results.row("gc", "stpe-in-client collections-100"), "latenessNs", "p99");
        add("gc", "P99 deviation grows from 4.2 to 9.7 ms as collections go from 10 to 100; ours does not",
                () -> format("P99 of the daemon %.2f and %.2f ms; of an executor in the client %.2f ms",
                        few / NS_PER_MS, many / NS_PER_MS, pool / NS_PER_MS),
                () -> many <= 2 * Math.max(few, NS_PER_MS) && many < pool, few, many, pool);
    }

    private void drift() {
        double ours = number(results.row("gc", "pearson tick-10ms"), "tickbusPublished");
        double pool = number(results.row("gc", "pearson tick-10ms"), "stpe");
        add("gc", "Pearson r of allocation rate and drift 0.87 at a 10 ms tick; ours: no relation",
                () -> format("r = %.2f of the daemon, %.2f of an executor in the client", ours, pool),
                () -> Math.abs(ours) < 0.5, ours, pool);
    }

    private void clocks() {
        double tsc = clock("System.nanoTime", "tsc");
        double hpet = clock("System.nanoTime", "hpet");
        double call = clock("JNA system call", "tsc");
        add("clocks", "TSC 25 ns against HPET 800 ns",
                () -> format("TSC %.0f ns", tsc)
                        + (Double.isNaN(hpet) ? "; no HPET was measured" : format(", HPET %.0f ns", hpet)),
                () -> tsc <= 25, tsc);
        add("clocks", "24.8 ns to 2.9 ns between two runtimes: the path decides",
                () -> format("System.nanoTime %.0f ns, a system call through JNA %.0f ns", tsc, call),
                () -> tsc <= 24.8, tsc, call);
    }

    private double clock(String path, String source) {
        return Results.list(results.section("clocks"), "paths").stream()
                .filter(row -> path.equals(row.get("path")) && source.equals(row.get("clockSource")))
                .mapToDouble(row -> number(row, "costNs", "p50")).findFirst().orElse(Double.NaN);
    }

    private void load() {
        Map<String, Object> row = results.row("load", "tickbus-hybrid-predictive 12847/s");
        double lost = number(row, "lost");
        double p50 = number(row, "latenessNs", "p50");
        double highest = number(results.row("load", "highest rate kept"), "firingsPerSecond");
        add("load", "12,847 timers fired per second through the whole chain",
                () -> format("12,847 a second: %.0f lost, p50 %.2f µs; highest rate kept: %.0f a second", lost,
                        p50 / NS_PER_US, highest),
                () -> lost == 0, lost, p50, highest);
    }

    /** Not a number where it is missing. */
    static double number(Map<String, Object> map, String... path) {
        return Results.number(map, path).orElse(Double.NaN);
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
