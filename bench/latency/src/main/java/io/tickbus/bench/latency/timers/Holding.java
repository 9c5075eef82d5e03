package io.tickbus.bench.latency.timers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What timers cost that are only pending: memory, and the calls that arm and cancel them. */
@Command(name = "cost", mixinStandardHelpOptions = true, description = {
    "Bytes of heap per pending timer, and ns to arm and to cancel one, of 10,000 and of 1,000,000, in fresh JVMs:",
    "Tickbus (its engine in the caller's process; its daemon through shared memory) beside other timers, and Go."})
final class Holding implements Callable<Integer> {
    private static final List<String> IN_PROCESS = List.of("tickbus-engine", "stpe", "java-util-timer", "netty-1ms",
            "agrona");
    private static final String CLIENT = "tickbus-client";
    private static final String GO = "go-afterfunc";
    /** So that no heap has to grow meanwhile, on a small machine either. */
    private static final List<String> FLAGS = List.of("-Xms512m");

    @Mixin
    private RunOptions options;

    @Option(names = "--timers", split = ",", defaultValue = "10000,1000000",
            description = "Pending timers; default 10000,1000000.")
    private List<Integer> timers;

    @Option(names = "--rounds", defaultValue = "2", description = "Rounds, each with new processes; default 2.")
    private int rounds;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only those whose names begin so.")
    private List<String> only = new ArrayList<>();

    private final Map<String, Costs> costs = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        if (rounds < 1 || timers.stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("at least 1 of each: rounds=" + rounds + " timers=" + timers);
        }
        Report report = new Report("cost");
        try (Stage stage = Stage.open(options, report)) {
            Optional<GoCosts> go = isWanted(GO) ? GoCosts.build(stage, report::note) : Optional.empty();
            List<String> names = new ArrayList<>(IN_PROCESS);
            names.add(CLIENT);
            go.ifPresent(found -> names.add(GO));
            names.removeIf(name -> !isWanted(name));
            if (names.isEmpty()) {
                throw new IllegalArgumentException("none of these takes part here: only=" + only);
            }
            // Nothing else is there yet that could look for hiccups.
            stage.meterHiccupsIn(stage.child("peer", stage.observerCpu(), Map.of("timers", "stpe")));
            for (int count : timers) {
                names.forEach(name -> costs.put(name + " " + count, new Costs(count)));
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < names.size(); i++) {
                    run(stage, names.get((round + i) % names.size()), round, go);
                }
            }
            costs.forEach((name, found) -> found.report(report.row(name)));
            explain(report);
        }
        return report.print(options);
    }

    private boolean isWanted(String name) {
        return only.isEmpty() || only.stream().anyMatch(name::startsWith);
    }

    private void run(Stage stage, String name, int round, Optional<GoCosts> go) throws Exception {
        for (int count : timers) {
            Progress.say("round " + (round + 1) + " of " + rounds + ": " + name + " " + count);
            Costs found = costs.get(name + " " + count);
            switch (name) {
                case GO -> go.orElseThrow().run(count, found);
                case CLIENT -> holdInDaemon(stage, count, round, found);
                default -> hold(stage, name, count, found);
            }
            stage.rest();
        }
    }

    private Map<String, Object> order(int count) {
        return Map.of("count", count, "seed", options.seed());
    }

    private void hold(Stage stage, String name, int count, Costs found) throws IOException {
        // Not pinned: some have a thread of their own that works beside the caller's.
        try (ChildProcess child = stage.child("holding", -1, Map.of("timers", name), List.of(), FLAGS)) {
            Map<String, Object> armed = child.ask("arm", order(count));
            Map<String, Object> cancelled = child.ask("cancel", order(count));
            found.addHeap(Wire.number(armed, "beforeBytes"), Wire.number(armed, "emptyBytes"),
                    Wire.number(armed, "fullBytes"));
            found.addOwn(Wire.number(armed, "ownBytes"));
            found.addNs(Wire.object(armed, "ns"), Wire.object(cancelled, "ns"));
        }
    }

    /** A daemon and a bus of its own each time. Its heap is what counts; it spins while it is written to. */
    private void holdInDaemon(Stage stage, int count, int round, Costs found) throws IOException {
        Map<String, Object> settings = new LinkedHashMap<>(TickbusContender.settings(stage, Map.of("mode", "park")));
        settings.put("timers", CLIENT);
        settings.put("directory", stage.directory().resolve("cost-" + round + "-" + count).toString());
        try (ChildProcess daemon = stage.child("daemon", stage.daemonCpu(), settings, List.of(), FLAGS);
                ChildProcess client = stage.child("holding", stage.observerCpu(), settings)) {
            long beforeBytes = heapBytes(daemon);
            daemon.ask("mode", Map.of("mode", "spin"));
            Map<String, Object> armed = client.ask("arm", order(count));
            daemon.ask("mode", Map.of("mode", "park"));
            long fullBytes = heapBytes(daemon);
            daemon.ask("mode", Map.of("mode", "spin"));
            Map<String, Object> cancelled = client.ask("cancel", order(count));
            daemon.ask("mode", Map.of("mode", "park"));
            found.addHeap(beforeBytes, beforeBytes, fullBytes);
            found.addNs(Wire.object(armed, "ns"), Wire.object(cancelled, "ns"));
        }
    }

    private static long heapBytes(ChildProcess daemon) {
        return Wire.number(daemon.ask("heap", Map.of()), "usedBytes");
    }

    private static void explain(Report report) {
        report.note("heapBytesPerTimer: what the heap holds more, after collections, than before there was anything, "
                + "by the number of timers; emptyHeapBytes of it are there without any timer; ownBytesPerTimer is the "
                + "engine's own account. The caller's handles and the task, which all share, are not counted, but "
                + "java.util.Timer's task is its timer; of Agrona the wheel alone, made so large that it never grows. "
                + "Of the daemon it is growth since the start, with the client let in");
        report.note("nsPerArm and nsPerCancel: percentiles of the means of bursts of " + HoldingRole.BURST
                + ", one thread, deadlines at random over 60 s, cancelled in random order; of rounds the median. "
                + "tickbus-client: the caller's part, the daemon works meanwhile. Netty's are the caller's part too: "
                + "its wheel takes in at its next tick. java.util.Timer keeps a cancelled timer until it is due");
    }
}
