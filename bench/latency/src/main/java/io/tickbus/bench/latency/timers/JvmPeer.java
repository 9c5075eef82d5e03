// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.timers.Peer.Outcome;
import java.io.IOException;
import java.util.Map;

/** Other timers in one JVM of their own. */
record JvmPeer(String name, ChildProcess child) implements Peer {
    static JvmPeer start(BenchHarness harness, String name) throws IOException {
        return start(harness, name, harness.receiverCpu());
    }

    static JvmPeer start(BenchHarness harness, String name, int cpu) throws IOException {
        return new JvmPeer(name, harness.child(PeerRole.class, cpu, Map.of("timers", name)));
    }

    @Override
    public Outcome run(Workload workload, long startNs) {
        child.send("run", Map.of("workload", workload.toMap(), "startNs", startNs));
        return answer();
    }

    /** What came of the workload that the child was sent last. */
    Outcome answer() {
        Map<String, Object> answer = child.answer();
        return new Outcome(FiringStats.ofWire(JsonLines.object(answer, "figures")),
                Map.of("jvm", JsonLines.fraction(answer, "cpuPercent")), answer);
    }

    @Override
    public void close() {
        child.close();
    }
}
