package io.tickbus.bench.latency.timers;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Tickbus: the daemon in one process; in another a client that arms the timers and a subscriber that observes them. */
final class TickbusContender implements Contender {
    /** The kernel's account of CPU time is too coarse for less. */
    private static final long SHORTEST_FOR_CPU_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final ChildProcess daemon;
    private final ChildProcess subscriber;
    private long runs;

    private TickbusContender(String name, ChildProcess daemon, ChildProcess subscriber) {
        this.name = name;
        this.daemon = daemon;
        this.subscriber = subscriber;
    }

    /**
     * Starts both processes on a stage.
     *
     * @param settings {@code mode} of the daemon, {@code waiting} of the subscriber, and what else {@link DaemonRole}
     *                 knows
     */
    static TickbusContender start(Stage stage, Map<String, Object> settings) throws IOException {
        Map<String, Object> all = settings(stage, settings);
        ChildProcess daemon = stage.child("daemon", stage.daemonCpu(), all);
        ChildProcess subscriber = stage.child("subscriber", stage.observerCpu(), all);
        stage.meterHiccupsIn(daemon, subscriber);
        return new TickbusContender("tickbus-" + (all.containsKey("journal") ? "journalled-" : "") + all.get("mode")
                + "-" + all.get("waiting"), daemon, subscriber);
    }

    /** Settings for the roles of one bus, with defaults for what is not given. */
    static Map<String, Object> settings(Stage stage, Map<String, Object> given) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("directory", stage.directory().toString());
        all.put("mode", "hybrid");
        all.put("waiting", "predictive");
        all.put("slots", 1 << 16);
        all.put("arms", true);
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
        daemon.send("cpu", Map.of("fromNs", startNs, "untilNs", startNs + workload.durationNs()));
        Map<String, Object> answer = subscriber.ask("run",
                Map.of("workload", workload.toMap(), "startNs", startNs, "run", ++runs));
        Map<String, Object> daemonAnswer = daemon.answer();
        Map<String, Double> cpu = new LinkedHashMap<>();
        if (workload.durationNs() >= SHORTEST_FOR_CPU_NS) {
            cpu.put("daemon", Wire.fraction(daemonAnswer, "cpuPercent"));
            cpu.put("daemonThreads", Wire.fraction(daemonAnswer, "threadsPercent"));
            cpu.put("subscriber", Wire.fraction(answer, "cpuPercent"));
        }
        return new Outcome(Figures.ofWire(Wire.object(answer, "figures")), cpu, answer);
    }

    /** Lateness of the publishing, without the way to the subscriber. */
    static Figures published(Outcome outcome) {
        return Figures.ofWire(Wire.object(outcome.extras(), "published"));
    }

    @Override
    public void close() {
        subscriber.close();
        daemon.close();
    }
}
