// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static io.tickbus.bench.latency.harness.BenchOptions.atLeast;

import io.tickbus.bench.latency.harness.BenchOptions.Only;
import io.tickbus.bench.latency.harness.BenchOptions.Rounds;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What timers cost that are only pending: memory, and the calls that arm and cancel them. */
@Command(name = "cost", mixinStandardHelpOptions = true, description = {
    "Bytes of heap per pending timer, and ns to arm and to cancel one, of 10,000 and of 1,000,000, in fresh JVMs:",
    "Tickbus (its engine in the caller's process; its daemon through shared memory) beside other timers, and Go."})
final class CostBenchmark extends TimersBenchmark {
    private static final List<String> IN_PROCESS = List.of("tickbus-engine", "stpe", "java-util-timer", "netty-1ms",
            "agrona");
    private static final String CLIENT = "tickbus-client";
    private static final String GO = "go-afterfunc";
    /** So that no heap has to grow meanwhile, on a small machine either. */
    private static final String LARGE_HEAP = "-Xms512m";

    @Mixin
    private Only only;
    @Mixin
    private final Rounds rounds = new Rounds(2);

    @Option(names = "--timers", split = ",", defaultValue = "10000,1000000",
            description = "Pending timers; default 10000,1000000.")
    private List<Integer> timers;

    private final Map<String, Costs> costs = new LinkedHashMap<>();

    CostBenchmark() {
        super("cost");
    }

    @Override
    void run() throws Exception {
        timers.forEach(count -> atLeast(1, "timers", count));
        Optional<GoPeer.Program> go = only.includes(GO) ? GoPeer.Program.build(harness(), "cost") : Optional.empty();
        List<String> names = new ArrayList<>(IN_PROCESS);
        names.add(CLIENT);
        go.ifPresent(found -> names.add(GO));
        names.removeIf(name -> !only.includes(name));
        if (names.isEmpty()) {
            throw only.nobody();
        }
        // Nothing else is there yet that could look for hiccups.
        harness().meterHiccupsIn(JvmPeer.start(harness(), "stpe").child());
        timers.forEach(count -> names.forEach(name -> costs.put(name + " " + count, new Costs(count))));
        for (int round = 0; round < rounds.count(); round++) {
            for (int i = 0; i < names.size(); i++) {
                run(names.get((round + i) % names.size()), round, go);
            }
        }
        costs.forEach((name, found) -> found.report(row(name)));
        explain();
    }

    private void run(String name, int round, Optional<GoPeer.Program> go) throws Exception {
        for (int count : timers) {
            Progress.say("round " + (round + 1) + " of " + rounds.count() + ": " + name + " " + count);
            Costs found = costs.get(name + " " + count);
            switch (name) {
                case GO -> found.addGo(go.orElseThrow().run(count, PendingRole.BURST));
                case CLIENT -> inDaemon(count, round, found);
                default -> inProcess(name, count, found);
            }
            rest();
        }
    }

    private Map<String, Object> order(int count) {
        return Map.of("count", count, "seed", seed());
    }

    private void warmUp(String name, ChildProcess child, int count) throws Exception {
        warmUp(name, 0, () -> {
            Map<String, Object> medians = child.ask("warm", order(count));
            return List.of((Number) medians.get("arm"), (Number) medians.get("cancel"));
        });
    }

    private void inProcess(String name, int count, Costs found) throws Exception {
        // Not pinned: some have a thread of their own that works beside the caller's.
        try (ChildProcess child = harness().child(PendingRole.class, -1, Map.of("timers", name),
                JvmLaunch.here().withFlags(LARGE_HEAP))) {
            warmUp(name + " " + count, child, count);
            Map<String, Object> armed = child.ask("arm", order(count));
            Map<String, Object> cancelled = child.ask("cancel", order(count));
            found.addHeap(JsonLines.number(armed, "beforeBytes"), JsonLines.number(armed, "emptyBytes"),
                    JsonLines.number(armed, "fullBytes"));
            found.addOwn(JsonLines.number(armed, "ownBytes"));
            found.addNs(JsonLines.object(armed, "ns"), JsonLines.object(cancelled, "ns"));
        }
    }

    /** A daemon and a bus of its own each time. Its heap is what counts; it spins while it is written to. */
    private void inDaemon(int count, int round, Costs found) throws Exception {
        Map<String, Object> settings = TickbusPeer.settings(harness(), Map.of("mode", "park", "timers", CLIENT,
                "directory", harness().directory().resolve("cost-" + round + "-" + count).toString()));
        try (ChildProcess daemon = harness().child(DaemonRole.class, harness().senderCpu(), settings,
                JvmLaunch.here().withFlags(LARGE_HEAP));
                ChildProcess client = harness().child(PendingRole.class, harness().receiverCpu(), settings)) {
            DaemonRole.setMode(daemon, "spin");
            warmUp(CLIENT + " " + count, client, count);
            DaemonRole.setMode(daemon, "park");
            long beforeBytes = heapBytes(daemon);
            DaemonRole.setMode(daemon, "spin");
            Map<String, Object> armed = client.ask("arm", order(count));
            DaemonRole.setMode(daemon, "park");
            long fullBytes = heapBytes(daemon);
            DaemonRole.setMode(daemon, "spin");
            Map<String, Object> cancelled = client.ask("cancel", order(count));
            DaemonRole.setMode(daemon, "park");
            found.addHeap(beforeBytes, beforeBytes, fullBytes);
            found.addNs(JsonLines.object(armed, "ns"), JsonLines.object(cancelled, "ns"));
        }
    }

    private static long heapBytes(ChildProcess daemon) {
        return JsonLines.number(daemon.ask("heap", Map.of()), "usedBytes");
    }

    private void explain() {
        report().note("heapBytesPerTimer: by how much the heap grows, after collections, from before there was "
                + "anything, by the number of timers; emptyHeapBytes of it are there without any timer; "
                + "ownBytesPerTimer is the engine's own account. The caller's handles and the task, which all share, "
                + "are not counted, but java.util.Timer's task is its timer; of Agrona the wheel alone, so large that "
                + "it never grows. Of the daemon it is growth since the start, with the client connected");
        report().note("nsPerArm and nsPerCancel: percentiles of the means of bursts of " + PendingRole.BURST
                + ", one thread, deadlines at random over 60 s, cancelled in random order; of rounds the median. "
                + "tickbus-client: the caller's part, the daemon works meanwhile. Netty's are the caller's part too: "
                + "its wheel takes timers in at its next tick. java.util.Timer keeps a cancelled one until it is due");
    }
}
