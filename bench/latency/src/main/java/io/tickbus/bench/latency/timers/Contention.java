package io.tickbus.bench.latency.timers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Many who arm at once. */
@Command(name = "contention", mixinStandardHelpOptions = true, description = {
    "Arms per second of all together, and nanoseconds per arm on the caller's side: 1 and 8 threads in one process,",
    "4 processes; Tickbus (a client for each thread), ScheduledThreadPoolExecutor, Netty. And system calls per arm."})
final class Contention implements Callable<Integer> {
    private static final int THREADS = 8;
    private static final int PROCESSES = 4;
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(10);

    @Mixin
    private RunOptions options;

    @Option(names = "--rounds", defaultValue = "10", description = "Rounds that count; default 10.")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "4", description = "Rounds before them; default 4.")
    private int warmUps;

    @Option(names = "--bursts", defaultValue = "20", description = "Of each thread in a round; default 20.")
    private int bursts;

    @Option(names = "--burst", defaultValue = "512", description = "Arms in a burst, at most 900; default 512.")
    private int burst;

    @Option(names = "--traced-bursts", defaultValue = "400",
            description = "Bursts while system calls are counted; default 400, 0 leaves it out.")
    private int tracedBursts;

    @Option(names = "--tracked-keys", defaultValue = "0",
            description = "Keys that each client tracks for isCurrent; default 0, as the client's: none.")
    private int trackedKeys;

    private ChildProcess daemon;

    /** Children that arm at once, and how many threads each. */
    private record Line(String name, List<ChildProcess> children, int threads, List<Double> perSecond,
            List<Double> nsPerArm, List<Double> settledNsPerArm) {
        Line(String name, List<ChildProcess> children, int threads) {
            this(name, children, threads, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("contention");
        try (Stage stage = Stage.open(options, report)) {
            Map<String, Object> settings = TickbusContender.settings(stage,
                    Map.of("mode", "park", "trackedKeys", trackedKeys));
            daemon = stage.child("daemon", stage.daemonCpu(), settings);
            List<Line> lines = lines(stage, settings);
            for (int round = -warmUps; round < rounds; round++) {
                Progress.say(round < 0 ? "warm-up" : "round " + (round + 1) + " of " + rounds);
                for (int i = 0; i < lines.size(); i++) {
                    Line line = lines.get(Math.floorMod(round + i, lines.size()));
                    pass(line, round >= 0);
                    stage.rest();
                }
            }
            for (Line line : lines) {
                row(report, line);
            }
            if (tracedBursts > 0) {
                countSystemCalls(report, stage, lines.get(0).children().get(0));
            }
        }
        return report.print(options);
    }

    private List<Line> lines(Stage stage, Map<String, Object> settings) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String target : List.of("tickbus", "stpe", "netty-1ms")) {
            Map<String, Object> all = new LinkedHashMap<>(settings);
            all.put("target", target);
            // Where there are two the daemon has its own; those who keep their timers themselves may have both.
            int cpu = target.equals("tickbus") ? stage.cpuBesideDaemon() : -1;
            ChildProcess child = stage.child("arming", cpu, all);
            lines.add(new Line(target + " 1-thread", List.of(child), 1));
            lines.add(new Line(target + " 8-threads", List.of(child), THREADS));
            if (target.equals("tickbus")) {
                stage.meterHiccupsIn(daemon, child);
                List<ChildProcess> processes = new ArrayList<>(List.of(child));
                while (processes.size() < PROCESSES) {
                    processes.add(stage.child("arming", cpu, all));
                }
                lines.add(new Line(target + " 4-processes", processes, 1));
            }
        }
        return lines;
    }

    private void pass(Line line, boolean counts) {
        boolean isTickbus = line.name().startsWith("tickbus");
        if (isTickbus) {
            daemon.ask("mode", Map.of("mode", "spin"));
        }
        Map<String, Object> order = order(line.threads(), line.threads() * line.children().size(), bursts);
        line.children().forEach(each -> each.send("arm", order));
        long arms = 0;
        long fromNs = Long.MAX_VALUE;
        long untilNs = Long.MIN_VALUE;
        for (ChildProcess child : line.children()) {
            Map<String, Object> answer = child.answer();
            arms += Wire.number(answer, "arms");
            fromNs = Math.min(fromNs, Wire.number(answer, "fromNs"));
            untilNs = Math.max(untilNs, Wire.number(answer, "untilNs"));
            if (counts) {
                line.nsPerArm().addAll(Wire.fractions(answer, "nsPerArm"));
                line.settledNsPerArm().addAll(Wire.fractions(answer, "settledNsPerArm"));
            }
        }
        if (isTickbus) {
            daemon.ask("mode", Map.of("mode", "park"));
        }
        if (counts) {
            line.perSecond().add(1e9 * arms / (untilNs - fromNs));
        }
    }

    /** {@code arming} is how many threads arm at once, in all processes; {@code threads} those of each process. */
    private Map<String, Object> order(int threads, int arming, int burstsOfEach) {
        // Who is alone never sleeps: that would be a system call.
        return Map.of("threads", threads, "bursts", burstsOfEach, "burst", burst, "isAlone", arming == 1,
                "startNs", System.nanoTime() + LEAD_NS);
    }

    private void row(Report report, Line line) {
        report.row(line.name()).put("arms", (long) rounds * bursts * burst * line.threads() * line.children().size())
                .put("armsPerSecond", Math.round(Row.median(line.perSecond())))
                .put("nsPerArm", summary(line.nsPerArm()))
                .put("settledNsPerArm", summary(line.settledNsPerArm()));
    }

    private static Map<String, Object> summary(List<Double> perBurst) {
        List<Double> sorted = perBurst.stream().sorted().toList();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("p10", round(sorted.get(sorted.size() / 10)));
        map.put("p50", round(sorted.get(sorted.size() / 2)));
        map.put("p90", round(sorted.get(sorted.size() * 9 / 10)));
        map.put("mean", round(sorted.stream().mapToDouble(each -> each).average().orElse(0)));
        return map;
    }

    private static double round(double ns) {
        return Math.round(10 * ns) / 10.0;
    }

    private void countSystemCalls(Report report, Stage stage, ChildProcess child)
            throws IOException, InterruptedException {
        Optional<String> refusal = SystemCalls.refusal();
        daemon.ask("mode", Map.of("mode", "spin"));
        Row row = report.row("tickbus system-calls").put("arms", (long) tracedBursts * burst);
        try {
            if (refusal.isPresent()) {
                throw new IOException(refusal.get());
            }
            SystemCalls calls = SystemCalls.attach(child.pid(), stage.directory());
            long beginNs = System.nanoTime();
            child.ask("arm", order(1, 1, tracedBursts));
            long tookNs = System.nanoTime() - beginNs;
            Map<String, Long> byName = calls.detach();
            SystemCalls idleCalls = SystemCalls.attach(child.pid(), stage.directory());
            TimeUnit.NANOSECONDS.sleep(tookNs);
            Map<String, Long> idle = idleCalls.detach();
            long all = byName.values().stream().mapToLong(each -> each).sum();
            row.put("calls", all).put("callsPerArm", all / ((double) tracedBursts * burst)).put("byName", byName)
                    .put("idleByName", idle);
            report.note("system calls of all threads of the client's process, the JVM's own and the order from and "
                    + "answer to the parent included, while one thread armed and then cancelled as many; idle: of the "
                    + "same process in as long a time without arming");
        } catch (IOException e) {
            report.note("system calls are not counted by strace: " + e.getMessage()
                    + "; instead what /proc knows of the process: blocking waits and calls that read or write");
            Path proc = Path.of("/proc", Long.toString(child.pid()));
            row.put("before", counts(proc));
            child.ask("arm", order(1, 1, tracedBursts));
            row.put("after", counts(proc));
        } finally {
            daemon.ask("mode", Map.of("mode", "park"));
        }
    }

    /** Calls that read or write, and voluntary switches of every thread, which are calls that blocked. */
    private static Map<String, Object> counts(Path proc) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String line : Files.readAllLines(proc.resolve("io"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("sysc")) {
                map.put(line.substring(0, line.indexOf(':')), Long.parseLong(line.substring(line.indexOf(':') + 2)));
            }
        }
        long switches = 0;
        try (var tasks = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path task : tasks) {
                for (String line : Files.readAllLines(task.resolve("status"), StandardCharsets.ISO_8859_1)) {
                    if (line.startsWith("voluntary_ctxt_switches:")) {
                        switches += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
                    }
                }
            }
        }
        map.put("voluntarySwitches", switches);
        return map;
    }
}
