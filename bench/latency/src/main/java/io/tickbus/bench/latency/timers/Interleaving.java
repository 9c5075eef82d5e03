// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.Progress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Peers in turns: in each round each of them runs each workload, with a rest after each, and another one begins. So
 * what the host does to one it does to all.
 */
final class Interleaving {
    private final TimersBenchmark benchmark;
    private final List<Peer> peers;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    Interleaving(TimersBenchmark benchmark, List<Peer> peers) {
        this.benchmark = benchmark;
        this.peers = peers;
    }

    /** Runs every peer once with short workloads that do not count, so that its code is compiled. */
    void warmUp(Workload... workloads) throws Exception {
        for (Peer peer : peers) {
            Progress.say("warm-up " + peer.name());
            for (Workload workload : workloads) {
                if (peer.refusal(workload).isEmpty()) {
                    peer.run(workload, benchmark.startNs(workload));
                }
            }
            benchmark.rest();
        }
    }

    /** Runs the rounds that count; a row for each peer and workload. Tickbus must be without a flaw. */
    void run(int rounds, Map<String, Workload> workloads) throws Exception {
        workloads.forEach((name, workload) -> peers.forEach(peer -> addRow(peer, name, workload)));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < peers.size(); i++) {
                Peer peer = peers.get((round + i) % peers.size());
                for (Map.Entry<String, Workload> entry : workloads.entrySet()) {
                    String name = peer.name() + " " + entry.getKey();
                    if (rows.containsKey(name)) {
                        Progress.say("round " + (round + 1) + " of " + rounds + ": " + name);
                        rows.get(name).add(benchmark.run(peer, entry.getValue()));
                    }
                }
            }
        }
        rows.forEach((name, row) -> benchmark.demandFlawless(name, row.stats()));
    }

    private void addRow(Peer peer, String workloadName, Workload workload) {
        String name = peer.name() + " " + workloadName;
        peer.refusal(workload).ifPresentOrElse(why -> benchmark.report().leaveOut(name, why),
                () -> rows.put(name, benchmark.row(name)));
    }
}
