package io.tickbus.bench.latency.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The mission's table: what was claimed elsewhere, what was measured here, and whether that is as good. */
final class Claims {
    static final String HOLDS = "holds";
    static final String MISSED = "missed";
    static final String NOT_JUDGED = "not judged: the host was too busy";
    static final String NOT_MEASURED = "not measured";
    private static final double NS_PER_US = 1_000;
    private static final double NS_PER_MS = 1_000_000;
    private static final String LATENCY = "latencyNs";
    private static final String LATENESS = "latenessNs";
    private static final String P50 = "p50";

    private final Results results;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    private Claims(Results results) {
        this.results = results;
    }

    static List<Map<String, Object>> of(Results results) {
        Claims claims = new Claims(results);
        claims.sharedMemory();
        claims.ring();
        claims.wheel();
        claims.contention();
        claims.collector();
        claims.drift();
        claims.clockSources();
        claims.clockPaths();
        claims.load();
        return claims.rows;
    }

    private void add(String row, String claim, String measured, Boolean isHeld, String section) {
        String verdict = isHeld == null ? NOT_MEASURED
                : section != null && results.isDisturbed(section) ? NOT_JUDGED : isHeld ? HOLDS : MISSED;
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("row", row);
        map.put("claim", claim);
        map.put("measured", measured);
        map.put("verdict", verdict);
        rows.add(map);
    }

    private void sharedMemory() {
        OptionalDouble spin = Results.number(results.transport("tickbus-spin"), LATENCY, P50);
        OptionalDouble kill = Results.number(results.transport("kill-sigwait"), LATENCY, P50);
        OptionalDouble calls = Results.number(results.transport("tickbus-spin"), "syscallsPerMessage");
        String claim = "0.3 µs and no system call against 12.4 µs and two for kill + sigwait: 41 times";
        if (spin.isEmpty() || kill.isEmpty()) {
            add("M1", claim, "–", null, null);
            return;
        }
        double ratio = kill.getAsDouble() / Math.max(1, spin.getAsDouble());
        Boolean isHeld = calls.isEmpty() ? null : Boolean.valueOf(ratio >= 41 && calls.getAsDouble() < 0.01);
        add("M1", claim, format("%.2f µs, %s system calls, against %.1f µs: %.0f times",
                spin.getAsDouble() / NS_PER_US, calls.isPresent() ? format("%.2f", calls.getAsDouble()) : "uncounted",
                kill.getAsDouble() / NS_PER_US, ratio), isHeld, "oneway");
    }

    /** Both kinds of locks must be dearer in each way, and the ring as cheap as was claimed. */
    private void ring() {
        String claim = "enqueue 9 ns against 150 ns with a lock; tiny jitter under contention";
        List<OptionalDouble> ring = enqueue("tickbus-ring");
        List<OptionalDouble> bus = enqueue("tickbus-bus");
        List<OptionalDouble> monitor = enqueue("synchronized-ring");
        List<OptionalDouble> queue = enqueue("array-blocking-queue");
        if (Stream.of(ring, bus, monitor, queue).flatMap(List::stream).anyMatch(OptionalDouble::isEmpty)) {
            add("M2", claim, "–", null, null);
            return;
        }
        boolean isCheaper = true;
        for (int i = 0; i < ring.size(); i++) {
            double least = Math.min(monitor.get(i).getAsDouble(), queue.get(i).getAsDouble());
            isCheaper &= ring.get(i).getAsDouble() < least;
        }
        add("M2", claim, format("one thread, and p50 and p99 with a second one that takes out: the ring %s ns; the "
                + "whole bus %s; a synchronized ring %s, ArrayBlockingQueue %s", inWords(ring), inWords(bus),
                inWords(monitor), inWords(queue)), isCheaper && ring.get(0).getAsDouble() <= 9, "enqueue");
    }

    /** Cost of a message: median alone, median and p99 of bursts beside a reader. */
    private List<OptionalDouble> enqueue(String channel) {
        Map<String, Object> contended = results.row("enqueue", channel + " contended");
        return List.of(Results.number(results.row("enqueue", channel + " alone"), "nsPerMessage", P50),
                Results.number(contended, "nsPerMessage", P50), Results.number(contended, "nsPerMessage", "p99"));
    }

    private static String inWords(List<OptionalDouble> cost) {
        return format("%.1f, %.0f and %.0f", cost.get(0).getAsDouble(), cost.get(1).getAsDouble(),
                cost.get(2).getAsDouble());
    }

    private void wheel() {
        OptionalDouble daemon = Results.number(results.row("eco", "tickbus"), "cpuPercent", "daemon");
        OptionalDouble naive = Results.number(results.row("eco", "naive-map-1ms"), "cpuPercent", "jvm");
        OptionalDouble mean = Results.number(results.row("eco", "tickbus"), LATENESS, "mean");
        String claim = "10,000 timers, 50 ms precision: CPU 9 % against 38 % for polling all of them";
        if (daemon.isEmpty() || naive.isEmpty() || mean.isEmpty()) {
            add("M3", claim, "–", null, null);
            return;
        }
        add("M3", claim, format("CPU %.1f %% of the daemon against %.1f %%; mean lateness %.1f ms, of 50 allowed%s",
                daemon.getAsDouble(), naive.getAsDouble(), mean.getAsDouble() / NS_PER_MS, insertion()),
                daemon.getAsDouble() <= 9 && daemon.getAsDouble() < naive.getAsDouble(), "eco");
    }

    /** What an arm costs among few and among many, where that was measured. */
    private String insertion() {
        OptionalDouble few = Results.number(results.exactRow("cost", "tickbus-engine 10000"), "nsPerArm", P50);
        OptionalDouble many = Results.number(results.exactRow("cost", "tickbus-engine 1000000"), "nsPerArm", P50);
        return few.isEmpty() || many.isEmpty() ? "" : format("; an arm %.0f ns among 10,000, %.0f among 1,000,000",
                few.getAsDouble(), many.getAsDouble());
    }

    private void contention() {
        OptionalDouble ours = Results.number(results.row("contention", "tickbus 8-threads"), "nsPerArm", "mean");
        OptionalDouble pool = Results.number(results.row("contention", "stpe 8-threads"), "nsPerArm", "mean");
        String claim = "no lock shared by those who arm; a heap under a lock: over 60 % of the time waiting for it";
        if (ours.isEmpty() || pool.isEmpty()) {
            add("M4", claim, "–", null, null);
            return;
        }
        add("M4", claim, format("eight threads, mean of an arm on the caller's side: %.0f ns against %.0f ns of "
                + "ScheduledThreadPoolExecutor", ours.getAsDouble(), pool.getAsDouble()),
                ours.getAsDouble() < pool.getAsDouble(), "contention");
    }

    private void collector() {
        String claim = "P99 deviation grows from 4.2 to 9.7 ms as collections go from 10 to 100; ours does not";
        OptionalDouble few = Results.number(results.row("gc", "tickbus-published collections-10"), LATENESS, "p99");
        OptionalDouble many = Results.number(results.row("gc", "tickbus-published collections-100"), LATENESS, "p99");
        OptionalDouble pool = Results.number(results.row("gc", "stpe-in-client collections-100"), LATENESS, "p99");
        if (few.isEmpty() || many.isEmpty() || pool.isEmpty()) {
            add("M5", claim, "–", null, null);
            return;
        }
        add("M5", claim, format("P99 of the daemon %.2f and %.2f ms; of an executor in the client %.2f ms",
                few.getAsDouble() / NS_PER_MS, many.getAsDouble() / NS_PER_MS, pool.getAsDouble() / NS_PER_MS),
                many.getAsDouble() <= 2 * Math.max(few.getAsDouble(), NS_PER_MS)
                        && many.getAsDouble() < pool.getAsDouble(), "gc");
    }

    private void drift() {
        OptionalDouble ours = Results.number(results.row("gc", "pearson tick-10ms"), "tickbusPublished");
        OptionalDouble pool = Results.number(results.row("gc", "pearson tick-10ms"), "stpe");
        String claim = "Pearson r of allocation rate and drift 0.87 at a 10 ms tick; ours: no relation";
        if (ours.isEmpty() || pool.isEmpty()) {
            add("M6", claim, "–", null, null);
            return;
        }
        add("M6", claim, format("r = %.2f of the daemon, %.2f of an executor in the client", ours.getAsDouble(),
                pool.getAsDouble()), Math.abs(ours.getAsDouble()) < 0.5, "gc");
    }

    private OptionalDouble clock(String path, String source) {
        return Results.list(results.section("clocks"), "paths").stream()
                .filter(row -> path.equals(row.get("path")))
                .filter(row -> source.equals(row.get("clockSource")))
                .map(row -> Results.number(row, "costNs", P50)).filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble).findFirst();
    }

    private void clockSources() {
        OptionalDouble tsc = clock("System.nanoTime", "tsc");
        OptionalDouble hpet = clock("System.nanoTime", "hpet");
        add("M7", "TSC 25 ns against HPET 800 ns", (tsc.isPresent() ? format("TSC %.0f ns", tsc.getAsDouble()) : "–")
                + (hpet.isPresent() ? format(", HPET %.0f ns", hpet.getAsDouble()) : "; no HPET was measured"),
                tsc.isEmpty() ? null : tsc.getAsDouble() <= 25, "clocks");
    }

    private void clockPaths() {
        OptionalDouble nano = clock("System.nanoTime", "tsc");
        OptionalDouble call = clock("JNA system call", "tsc");
        String claim = "24.8 ns to 2.9 ns between two runtimes: the path decides";
        if (nano.isEmpty() || call.isEmpty()) {
            add("M8", claim, "–", null, null);
            return;
        }
        add("M8", claim, format("System.nanoTime %.0f ns, a system call through JNA %.0f ns", nano.getAsDouble(),
                call.getAsDouble()), nano.getAsDouble() <= 24.8, "clocks");
    }

    private void load() {
        Map<String, Object> row = results.row("load", "tickbus-hybrid-predictive 12847/s");
        OptionalDouble lost = Results.number(row, "lost");
        OptionalDouble highest = Results.number(results.row("load", "highest rate kept"), "firingsPerSecond");
        String claim = "12,847 timers fired per second through the whole chain";
        OptionalDouble p50 = Results.number(row, LATENESS, P50);
        if (lost.isEmpty() || p50.isEmpty() || highest.isEmpty()) {
            add("M9", claim, "–", null, null);
            return;
        }
        add("M9", claim, format("12,847 a second: %.0f lost, p50 %.2f µs; highest rate kept: %.0f a second",
                lost.getAsDouble(), p50.getAsDouble() / NS_PER_US, highest.getAsDouble()),
                lost.getAsDouble() == 0, "load");
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
