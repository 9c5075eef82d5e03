package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.run.Guardian;
import io.tickbus.core.platform.Platforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a scenario runs on: a private directory, processors, and child processes that end with it. */
final class Stage implements AutoCloseable {
    /** Rests are at least this long where the hiccup meter looks, so that it sees something. */
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LEAD_PER_TIMER_NS = TimeUnit.MICROSECONDS.toNanos(15);
    /** Among very many, a stall of the host is a smaller part. */
    private static final int MANY_TIMERS = 100_000;
    private static final long LEAD_PER_TIMER_OF_MANY_NS = TimeUnit.MICROSECONDS.toNanos(4);
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final RunOptions options;
    private final Report report;
    private final Path directory;
    private final Guardian guardian;
    private final int[] cpus = Platforms.current().affinity();
    private final Deque<ChildProcess> children = new ArrayDeque<>();
    private final List<ChildProcess> meters = new ArrayList<>();

    private Stage(RunOptions options, Report report, Path directory) throws IOException {
        this.guardian = Guardian.clearing(directory);
        this.options = options;
        this.report = report;
        this.directory = directory;
    }

    static Stage open(RunOptions options, Report report) throws IOException {
        Path parent = Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        return new Stage(options, report,
                Files.createTempDirectory(parent, "tickbus-timers-" + ProcessHandle.current().pid() + "-"));
    }

    Path directory() {
        return directory;
    }

    /** The processor for the daemon; −1 for no pinning. */
    int daemonCpu() {
        return options.isPinned() && cpus.length > 0 ? cpus[Math.max(0, cpus.length - 2)] : -1;
    }

    /** The processor for whoever observes; −1 for no pinning. */
    int observerCpu() {
        return options.isPinned() && cpus.length > 0 ? cpus[cpus.length - 1] : -1;
    }

    /** The other processor for those who leave the daemon its own where there are two; −1, for any, on larger hosts. */
    int cpuBesideDaemon() {
        return cpus.length == 2 ? observerCpu() : -1;
    }

    /** A child that is closed with the stage. */
    ChildProcess child(String role, int cpu, Map<String, ?> settings) throws IOException {
        return child(role, cpu, settings, List.of(), List.of());
    }

    /** As the other, with what stands before the JVM and more of its flags. */
    @SuppressWarnings("checkstyle:parameternumber")
    ChildProcess child(String role, int cpu, Map<String, ?> settings, List<String> prefix, List<String> flags)
            throws IOException {
        ChildProcess child = ChildProcess.start(role, cpu, settings, prefix, flags);
        children.push(child);
        Object target = settings.get("target");
        report.environment((target == null ? role : target) + "Pinned", child.pinned());
        return child;
    }

    /** Children whose processors the hiccup meter looks at during rests, two at the most. */
    void meterHiccupsIn(ChildProcess... children) {
        meters.clear();
        meters.addAll(List.of(children));
    }

    PeerContender peer(String name) throws IOException {
        return new PeerContender(name, child("peer", observerCpu(), Map.of("timers", name)));
    }

    /** When a workload may start, so that all of its timers are armed before. */
    long startNs(Workload workload) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.leadMs())
                + Math.min(workload.size(), MANY_TIMERS) * LEAD_PER_TIMER_NS
                + Math.max(0, workload.size() - MANY_TIMERS) * LEAD_PER_TIMER_OF_MANY_NS;
    }

    /** Rests, and lets the meters look for hiccups for a while. */
    void rest() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(options.restMs());
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("untilNs", System.nanoTime() + HICCUP_NS);
        meters.forEach(each -> each.send("hiccup", arguments));
        meters.forEach(each -> report.hiccup(each.answer()));
    }

    @Override
    public void close() throws IOException {
        // The latest first: the daemon is the earliest.
        while (!children.isEmpty()) {
            children.pop().close();
        }
        guardian.close();
    }
}
