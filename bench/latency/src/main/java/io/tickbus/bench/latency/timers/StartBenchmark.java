// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.CleanupGuard;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.file.BusFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a daemon's first seconds are like. Nothing is warmed up but the process that observes. */
@Command(name = "start", mixinStandardHelpOptions = true, description = {
    "The first seconds of the command 'daemon', each on its own: how late it publishes, what CPU its process takes,",
    "and how much of that its JIT compilers.",
    "A timer of 1 kHz as soon as the bus is there; with '--mode eco' 10,000 of 1 to 5 s that may be 50 ms late."})
final class StartBenchmark extends TimersBenchmark {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LEAD_PER_TIMER_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long METERED_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int UNCOUNTED_SECONDS = 3;
    private static final int ATTEMPTS = 5;
    private static final String ECO = "eco";

    @Mixin
    private final Rounds rounds = new Rounds(5);

    @Option(names = "--mode", defaultValue = "hybrid", description = "The daemon's; default hybrid.")
    private String mode;

    @Option(names = "--waiting", defaultValue = "park", description = "The observer's way to wait; default park.")
    private String waiting;

    @Option(names = "--seconds", defaultValue = "10", description = "Of each daemon; default 10 s.")
    private int seconds;

    @Option(names = "--timers", defaultValue = "10000", description = "In eco mode; default 10000.")
    private int timers;

    @Option(names = "--launcher", paramLabel = "FILE", description = {
        "The script that starts the daemon, with the flags and the archive of its own, such as ./tickbus.",
        "Without it the daemon runs in a plain JVM."})
    private Path launcher;

    private final Map<Integer, Medians> bySecond = new TreeMap<>();
    private final Medians startUp = new Medians();

    StartBenchmark() {
        super("start");
    }

    @Override
    void run() throws Exception {
        Progress.say("a first daemon, not counted, for what observes it");
        observeInTime(UNCOUNTED_SECONDS, false);
        for (int round = 0; round < rounds.count(); round++) {
            Progress.say("daemon " + (round + 1) + " of " + rounds.count());
            observeInTime(seconds, true);
            HiccupMeter meter = new HiccupMeter();
            meter.spinUntil(System.nanoTime() + METERED_NS);
            report().hiccups().add(meter);
        }
        bySecond.forEach((second, figures) -> {
            Row row = row(mode + " second-" + String.format(Locale.ROOT, "%02d", second + 1));
            figures.toMap().forEach(row::put);
        });
        Map<String, Object> start = startUp.toMap();
        start.forEach((name, figure) -> report().head(name, figure));
        report().note("the bus could be used " + millis(start, "readyNs") + " ms after the start; until the first "
                + "deadline the process had used " + millis(start, "cpuUntilFirstDeadlineNs") + " ms of CPU");
        report().note("medians of " + rounds.count() + " starts; a second begins with the first deadline, "
                + TimeUnit.NANOSECONDS.toMillis(leadNs()) + " ms after the bus could be used");
    }

    private static long millis(Map<String, Object> figures, String name) {
        return TimeUnit.NANOSECONDS.toMillis(JsonLines.number(figures, name));
    }

    private long leadNs() {
        return LEAD_NS + workload(1).size() * LEAD_PER_TIMER_NS;
    }

    private Workload workload(int duration) {
        if (!mode.equals(ECO)) {
            return Workload.periodic(List.of(TimeUnit.MILLISECONDS.toNanos(1)), duration * SECOND_NS, 0)
                    .windows(SECOND_NS);
        }
        List<Long> periodsNs = LongStream.rangeClosed(100, 500)
                .map(each -> TimeUnit.MILLISECONDS.toNanos(10 * each)).boxed().toList();
        return Workload.periodic(periodsNs, duration * SECOND_NS, 0).spread(timers, SECOND_NS, seed())
                .windows(SECOND_NS);
    }

    /** One start that the host was too busy for does not cost the others; too many do. */
    private void observeInTime(int duration, boolean counts) throws Exception {
        for (int attempt = 1;; attempt++) {
            try {
                observe(duration, counts);
                return;
            } catch (LateArmingException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                Progress.say("once more, as " + e.getMessage());
            }
        }
    }

    private void observe(int duration, boolean counts) throws Exception {
        Map<String, Object> settings = TickbusPeer.settings(harness(), Map.of("waiting", waiting));
        BusDirectory bus = DaemonRole.bus(settings);
        long launchNs = System.nanoTime();
        Process daemon = start(bus);
        CleanupGuard guard = CleanupGuard.running("kill \"$1\"", Long.toString(daemon.pid()));
        try (SubscriberRole observer = attach(settings, daemon)) {
            long readyNs = System.nanoTime();
            Workload workload = workload(duration);
            ThreadsCpu cpu = new ThreadsCpu(daemon.pid());
            long startNs = readyNs + leadNs();
            ExecutorService sampler = Executors.newSingleThreadExecutor();
            Future<List<ThreadsCpu.Used>> used = sampler.submit(() -> sample(cpu, startNs, duration));
            Map<String, Object> answer =
                    observer.carryOut("run", Map.of("workload", workload.toMap(), "startNs", startNs, "run", 1L));
            if (counts) {
                record(used.get(), JsonLines.object(answer, "publishedWindows"));
                startUp.add("readyNs", readyNs - launchNs);
                demandFlawless("tickbus " + mode, FiringStats.ofWire(JsonLines.object(answer, "figures")));
            }
            sampler.shutdown();
        } finally {
            daemon.destroy();
            daemon.waitFor();
            guard.close();
            bus.delete();
            BusFiles.deleteRootIfEmpty(bus);
        }
    }

    private Process start(BusDirectory bus) throws IOException {
        Path settings = harness().directory().resolve("start.properties");
        Files.writeString(settings, "mode = " + mode + "\n" + (mode.equals(ECO) ? "eco.slack = 50ms\n" : ""),
                StandardCharsets.UTF_8);
        List<String> words = List.of("daemon", "--bus", bus.name(), "--dir", bus.path().getParent().toString(),
                "--settings", settings.toString());
        if (launcher == null) {
            return JvmLaunch.here().start(Tickbus.class.getName(), words);
        }
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(words);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static SubscriberRole attach(Map<String, Object> settings, Process daemon) throws InterruptedException {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (true) {
            try {
                return new SubscriberRole(settings);
            } catch (BusException e) {
                if (System.nanoTime() > giveUpNs || !daemon.isAlive()) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
    }

    /** What was used up to the first second, and in each. */
    private static List<ThreadsCpu.Used> sample(ThreadsCpu cpu, long startNs, int seconds) throws Exception {
        List<ThreadsCpu.Used> used = new ArrayList<>();
        for (int second = 0; second <= seconds; second++) {
            CpuWindow.sleepUntil(startNs + second * SECOND_NS);
            used.add(cpu.next());
        }
        return used;
    }

    private void record(List<ThreadsCpu.Used> used, Map<String, Object> windows) {
        startUp.add("cpuUntilFirstDeadlineNs", used.get(0).allNs());
        for (int second = 0; second < seconds; second++) {
            Medians figures = bySecond.computeIfAbsent(second, key -> new Medians());
            for (String name : List.of("p50Ns", "p99Ns", "maxNs")) {
                List<Long> values = JsonLines.numbers(windows, name);
                if (second < values.size()) {
                    figures.add(name, values.get(second));
                }
            }
            figures.add("processCpuPercent", percent(used.get(second + 1).allNs()));
            figures.add("compilersCpuPercent", percent(used.get(second + 1).compilersNs()));
        }
    }

    private static double percent(long ns) {
        return Math.round(1e4 * ns / SECOND_NS) / 1e2;
    }
}
