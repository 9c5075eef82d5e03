package io.tickbus.bench.latency.timers;

import java.util.Map;

/** Other timers in one JVM of their own. */
final class PeerContender implements Contender {
    private final String name;
    private final ChildProcess child;

    PeerContender(String name, ChildProcess child) {
        this.name = name;
        this.child = child;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Outcome run(Workload workload, long startNs) {
        Map<String, Object> answer = child.ask("run", Map.of("workload", workload.toMap(), "startNs", startNs));
        return new Outcome(Figures.ofWire(Wire.object(answer, "figures")),
                Map.of("jvm", Wire.fraction(answer, "cpuPercent")), answer);
    }

    @Override
    public void close() {
        child.close();
    }
}
