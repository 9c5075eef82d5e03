// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.IdleStates;
import io.tickbus.bench.latency.harness.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;

/**
 * Peers in turns: in each round each of them runs each workload, with a rest after each, and another one begins. So
 * what the host does to one it does to all.
 */
final class Interleaving {
    private static final double MEDIAN = 50;

    private final TimersBenchmark benchmark;
    private final List<Peer> peers;
    private final BiConsumer<Row, Peer.Outcome> recorder;
    private final Map<Line, Row> rows = new LinkedHashMap<>();

    /** Whose figures a row has. */
    private record Line(String name, IdleStates mode) {
    }

    Interleaving(TimersBenchmark benchmark, List<Peer> peers) {
        this(benchmark, peers, Row::add);
    }

    /** With another way to add an outcome to its row. */
    Interleaving(TimersBenchmark benchmark, List<Peer> peers, BiConsumer<Row, Peer.Outcome> recorder) {
        this.benchmark = benchmark;
        this.peers = peers;
        this.recorder = recorder;
    }

    /** Warms every peer up with short workloads until its median lateness with each settles. */
    void warmUp(Workload... workloads) throws Exception {
        warmUp(outcome -> outcome.stats().percentileNs(MEDIAN), workloads);
    }

    /** The same until another figure settles. */
    void warmUp(ToDoubleFunction<Peer.Outcome> figure, Workload... workloads) throws Exception {
        for (Peer peer : peers) {
            benchmark.warmUp(peer.name(), 0, () -> {
                List<Double> figures = new ArrayList<>();
                for (Workload workload : workloads) {
                    if (peer.refusal(workload).isEmpty()) {
                        figures.add(figure.applyAsDouble(peer.run(workload, benchmark.startNs(workload))));
                    }
                }
                return figures;
            });
            benchmark.rest();
        }
    }

    /** Runs the rounds that count; a row for each peer and workload. Tickbus must be without a flaw. */
    void run(int rounds, Map<String, Workload> workloads) throws Exception {
        run(rounds, workloads, List.of(IdleStates.ALLOWED));
    }

    /** The same in each round once in each of these modes, and a row for each. */
    void run(int rounds, Map<String, Workload> workloads, List<IdleStates> modes) throws Exception {
        for (IdleStates mode : modes) {
            workloads.forEach((name, workload) -> peers.forEach(peer -> addRow(peer, name, workload, mode)));
        }
        for (int round = 0; round < rounds; round++) {
            int number = round;
            for (IdleStates mode : modes) {
                Progress.say("round " + (round + 1) + " of " + rounds
                        + (modes.size() > 1 ? ", idle states " + mode.label() : ""));
                mode.run(() -> run(number, workloads, mode));
            }
        }
        rows.forEach((line, row) -> benchmark.demandFlawless(line.name(), row.stats()));
    }

    private void run(int round, Map<String, Workload> workloads, IdleStates mode) throws Exception {
        for (int i = 0; i < peers.size(); i++) {
            Peer peer = peers.get((round + i) % peers.size());
            for (Map.Entry<String, Workload> entry : workloads.entrySet()) {
                Row row = rows.get(new Line(peer.name() + " " + entry.getKey(), mode));
                if (row != null) {
                    recorder.accept(row, benchmark.run(peer, entry.getValue()));
                }
            }
        }
    }

    private void addRow(Peer peer, String workloadName, Workload workload, IdleStates mode) {
        String name = peer.name() + " " + workloadName;
        peer.refusal(workload).ifPresentOrElse(why -> benchmark.report().leaveOut(name, why), () -> rows
                .put(new Line(name, mode), benchmark.row(name).put("idleStates", mode.label())));
    }
}
