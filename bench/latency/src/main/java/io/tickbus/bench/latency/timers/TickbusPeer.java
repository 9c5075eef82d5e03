// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.timers.Peer.Outcome;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Tickbus: the daemon in one process; in another a client that arms the timers and a subscriber that observes them. */
final class TickbusPeer implements Peer {
    /** The kernel's account of CPU time is too coarse for less. */
    private static final long SHORTEST_FOR_CPU_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final ChildProcess daemon;
    private final ChildProcess subscriber;
    private long runs;

    private TickbusPeer(String name, ChildProcess daemon, ChildProcess subscriber) {
        this.name = name;
        this.daemon = daemon;
        this.subscriber = subscriber;
    }

    /**
     * Starts both processes.
     *
     * @param settings {@code mode} of the daemon, {@code waiting} of the subscriber, and what else {@link DaemonRole}
     *                 knows
     */
    static TickbusPeer start(BenchHarness harness, Map<String, Object> settings) throws IOException {
        Map<String, Object> all = settings(harness, settings);
        ChildProcess daemon = harness.child(DaemonRole.class, harness.senderCpu(), all);
        ChildProcess subscriber = harness.child(SubscriberRole.class, harness.receiverCpu(), all);
        harness.meterHiccupsIn(daemon, subscriber);
        return new TickbusPeer("tickbus-" + (all.containsKey("journal") ? "journalled-" : "") + all.get("mode")
                + "-" + all.get("waiting"), daemon, subscriber);
    }

    /** Settings for the roles of one bus, with defaults for what is not given. */
    static Map<String, Object> settings(BenchHarness harness, Map<String, Object> given) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("directory", harness.directory().toString());
        all.put("mode", "hybrid");
        all.put("waiting", "predictive");
        all.put("slots", 1 << 16);
        all.put("arms", true);
        all.put("trackedKeys", 0);
        all.putAll(given);
        return all;
    }

    @Override
    public String name() {
        return name;
    }

    ChildProcess daemon() {
        return daemon;
    }

    @Override
    public Outcome run(Workload workload, long startNs) {
        daemon.send(DaemonRole.CPU, Map.of("fromNs", startNs, "untilNs", startNs + workload.durationNs()));
        Map<String, Object> answer = subscriber.ask("run",
                Map.of("workload", workload.toMap(), "startNs", startNs, "run", ++runs));
        Map<String, Object> daemonAnswer = daemon.answer();
        Map<String, Double> cpu = new LinkedHashMap<>();
        if (workload.durationNs() >= SHORTEST_FOR_CPU_NS) {
            cpu.put("daemon", JsonLines.fraction(daemonAnswer, "cpuPercent"));
            cpu.put("daemonThreads", JsonLines.fraction(daemonAnswer, "threadsPercent"));
            cpu.put("subscriber", JsonLines.fraction(answer, "cpuPercent"));
        }
        // Of both, the one that is less warm.
        answer.merge("jitPercent", daemonAnswer.get("jitPercent"),
                (one, other) -> Math.max((double) one, (double) other));
        return new Outcome(FiringStats.ofWire(JsonLines.object(answer, "figures")), cpu, answer);
    }

    /** Lateness of the publishing, without the way to the subscriber. */
    static FiringStats published(Outcome outcome) {
        return FiringStats.ofWire(JsonLines.object(outcome.extras(), "published"));
    }

    @Override
    public void close() {
        subscriber.close();
        daemon.close();
    }
}
