// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.bench.latency.harness.Strace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Many threads and processes that arm at once. */
@Command(name = "contention", mixinStandardHelpOptions = true, description = {
    "Arms per second of all together while all of them are busy, and nanoseconds per arm on the caller's side: 1 and 8",
    "threads in one process, 4 processes; Tickbus (a client for each thread), ScheduledThreadPoolExecutor, Netty. And",
    "system calls per arm."})
final class ContentionBenchmark extends TimersBenchmark {
    private static final int THREADS = 8;
    private static final int PROCESSES = 4;
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long NO_LIMIT_NS = TimeUnit.MINUTES.toNanos(10);

    @Mixin
    private final Rounds rounds = new Rounds(10);
    @Option(names = "--round-ms", defaultValue = "100",
            description = "How long all of them arm in a round, from one start; default 100 ms.")
    private long roundMs;

    @Option(names = "--bursts", defaultValue = "512", description = {
        "Of each thread in a round, at most: one that is through with them ends the round for all. Default 512."})
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

    ContentionBenchmark() {
        super("contention");
    }

    /** Children that arm at once, and how many threads each; and what they came to, over all rounds. */
    private static final class Line {
        private final String name;
        private final List<ChildProcess> children;
        private final int threads;
        private long arms;
        private final List<Double> perSecond = new ArrayList<>();
        private final List<Double> nsPerArm = new ArrayList<>();
        private final List<Double> settledNsPerArm = new ArrayList<>();

        Line(String name, List<ChildProcess> children, int threads) {
            this.name = name;
            this.children = children;
            this.threads = threads;
        }

        void clear() {
            arms = 0;
            perSecond.clear();
            nsPerArm.clear();
            settledNsPerArm.clear();
        }

        void add(List<ArmingRole.Pass> passes, int burst) {
            for (ArmingRole.Pass each : passes) {
                arms += (long) burst * each.settledAtNs().size();
                nsPerArm.addAll(each.nsPerArm());
                settledNsPerArm.addAll(each.settledNsPerArm(burst));
            }
            double rate = burst * ArmingRole.Pass.perSecond(passes);
            if (!Double.isNaN(rate)) {
                perSecond.add(rate);
            }
        }
    }

    @Override
    void run() throws Exception {
        Map<String, Object> settings = TickbusPeer.settings(harness(), Map.of("mode", "park", "trackedKeys",
                trackedKeys, "capacity", burst * Math.max(bursts, tracedBursts)));
        daemon = harness().child(DaemonRole.class, harness().senderCpu(), settings);
        List<Line> lines = lines(settings);
        for (Line line : lines) {
            line.children.forEach(each -> each.ask(ArmingRole.OPEN, Map.of("threads", line.threads)));
            warmUp(line.name, 0, () -> {
                line.clear();
                pass(line);
                rest();
                return List.of(Percentiles.median(line.settledNsPerArm));
            });
            line.clear();
        }
        for (int round = 0; round < rounds.count(); round++) {
            Progress.say("round " + (round + 1) + " of " + rounds.count());
            for (int i = 0; i < lines.size(); i++) {
                pass(lines.get((round + i) % lines.size()));
                rest();
            }
        }
        lines.forEach(this::addRow);
        if (tracedBursts > 0) {
            countSystemCalls(lines.get(0).children.get(0));
        }
    }

    private void addRow(Line line) {
        Row row = row(line.name).put("arms", line.arms).put("nsPerArm", Percentiles.of(line.nsPerArm))
                .put("settledNsPerArm", Percentiles.of(line.settledNsPerArm));
        if (line.perSecond.isEmpty()) {
            report().leaveOut("the rate of " + line.name, "never were all of them at work at once: use a longer "
                    + "--round-ms");
        } else {
            row.put("armsPerSecond", Math.round(Percentiles.median(line.perSecond)));
        }
    }

    private List<Line> lines(Map<String, Object> settings) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String target : List.of("tickbus", "stpe", "netty-1ms")) {
            settings.put("target", target);
            // Where there are two the daemon has its own; those that keep their timers themselves may have both.
            int cpu = target.equals("tickbus") ? harness().cpuBesideDaemon() : -1;
            ChildProcess child = harness().child(ArmingRole.class, cpu, settings);
            lines.add(new Line(target + " 1-thread", List.of(child), 1));
            lines.add(new Line(target + " 8-threads", List.of(child), THREADS));
            if (target.equals("tickbus")) {
                harness().meterHiccupsIn(daemon, child);
                List<ChildProcess> processes = new ArrayList<>(List.of(child));
                while (processes.size() < PROCESSES) {
                    processes.add(harness().child(ArmingRole.class, cpu, settings));
                }
                lines.add(new Line(target + " 4-processes", processes, 1));
            }
        }
        return lines;
    }

    private void pass(Line line) {
        boolean isTickbus = line.name.startsWith("tickbus");
        if (isTickbus) {
            DaemonRole.setMode(daemon, "spin");
        }
        Map<String, Object> order = order(line.threads, line.threads * line.children.size(), bursts,
                TimeUnit.MILLISECONDS.toNanos(roundMs));
        line.children.forEach(each -> each.send("arm", order));
        List<ArmingRole.Pass> passes = new ArrayList<>();
        for (ChildProcess child : line.children) {
            JsonLines.objects(child.answer(), "passes").forEach(each -> passes.add(ArmingRole.Pass.of(each)));
        }
        if (isTickbus) {
            DaemonRole.setMode(daemon, "park");
        }
        line.add(passes, burst);
    }

    /** {@code arming} is how many threads arm at once, in all processes; {@code threads} those of each process. */
    private Map<String, Object> order(int threads, int arming, int burstsOfEach, long durationNs) {
        // One thread alone never sleeps: that would be a system call.
        return Map.of("threads", threads, "bursts", burstsOfEach, "burst", burst, "isAlone", arming == 1,
                "startNs", System.nanoTime() + LEAD_NS, "durationNs", durationNs);
    }

    private void countSystemCalls(ChildProcess child) throws IOException, InterruptedException {
        DaemonRole.setMode(daemon, "spin");
        long arms = (long) tracedBursts * burst;
        Row row = row("tickbus system-calls").put("arms", arms);
        try {
            Strace calls = Strace.attach(child.pid(), harness().directory(), "-c");
            long beginNs = System.nanoTime();
            child.ask("arm", order(1, 1, tracedBursts, NO_LIMIT_NS));
            long tookNs = System.nanoTime() - beginNs;
            Map<String, Long> byName = Strace.table(calls.detach());
            Strace idle = Strace.attach(child.pid(), harness().directory(), "-c");
            TimeUnit.NANOSECONDS.sleep(tookNs);
            long all = byName.values().stream().mapToLong(each -> each).sum();
            row.put("calls", all).put("callsPerArm", all / (double) arms).put("byName", byName)
                    .put("idleByName", Strace.table(idle.detach()));
            report().note("system calls of all threads of the client's process, the JVM's own and the order from and "
                    + "answer to the parent included, while one thread armed and then cancelled as many; idle: of the "
                    + "same process in as long a time without arming");
        } catch (IOException e) {
            report().leaveOut("the count of system calls", "strace cannot do it: " + e.getMessage());
            child.ask("arm", order(1, 1, tracedBursts, NO_LIMIT_NS));
        } finally {
            DaemonRole.setMode(daemon, "park");
        }
    }
}
