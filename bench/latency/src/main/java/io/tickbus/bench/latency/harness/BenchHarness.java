// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What every benchmark runs on: a private directory in shared memory, child processes on chosen processors, and the
 * hiccup meter. However it ends, {@code kill -9} included, its processes end with it and its files are removed.
 */
public final class BenchHarness implements AutoCloseable {
    /** How long the hiccup meter watches in each rest. */
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final BenchReport report;
    private final Path directory;
    private final CleanupGuard guard;
    private final int[] cpus;
    private final Deque<ChildProcess> children = new ArrayDeque<>();
    private final List<ChildProcess> metered = new ArrayList<>();

    private BenchHarness(BenchReport report, Path directory, CleanupGuard guard, int[] cpus) {
        this.report = report;
        this.directory = directory;
        this.guard = guard;
        this.cpus = cpus;
    }

    /** Creates the directory, in shared memory where there is some. */
    public static BenchHarness open(BenchReport report, boolean isPinned) throws IOException {
        Path parent = Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        Path directory =
                Files.createTempDirectory(parent, "tickbus-bench-" + ProcessHandle.current().pid() + "-");
        return new BenchHarness(report, directory, CleanupGuard.deleting(directory),
                isPinned ? Platforms.current().affinity() : new int[0]);
    }

    /** The private directory. */
    public Path directory() {
        return directory;
    }

    /** Where the run's results and reasons go. */
    public BenchReport report() {
        return report;
    }

    /** The processor for the side that sends, or for the daemon; −1 without pinning. */
    public int senderCpu() {
        return cpus.length == 0 ? -1 : cpus[Math.max(0, cpus.length - 2)];
    }

    /** The processor for the side that receives or observes; −1 without pinning. */
    public int receiverCpu() {
        return cpus.length == 0 ? -1 : cpus[cpus.length - 1];
    }

    /** The receiver's processor where there are two, so that the daemon keeps its own; −1, any, on larger hosts. */
    public int cpuBesideDaemon() {
        return cpus.length == 2 ? receiverCpu() : -1;
    }

    /** Starts a child in a JVM like this one and waits until it is ready. It is closed with the harness. */
    public ChildProcess child(Class<? extends ChildRole> role, int cpu, Map<String, ?> settings) throws IOException {
        return child(role, cpu, settings, JvmLaunch.here());
    }

    /** The same in a JVM that is started in another way. */
    public ChildProcess child(Class<? extends ChildRole> role, int cpu, Map<String, ?> settings, JvmLaunch jvm)
            throws IOException {
        children.removeIf(ChildProcess::hasEnded);
        ChildProcess child = ChildProcess.start(role, cpu, settings, jvm);
        children.push(child);
        report.environment(child.name() + "Pinned", child.pinned());
        return child;
    }

    /** Chooses the children in whose processors the meter looks for hiccups; two at the most. */
    public void meterHiccupsIn(ChildProcess... chosen) {
        metered.clear();
        metered.addAll(List.of(chosen));
    }

    /** Rests, then lets the meters look for hiccups for a while. */
    public void rest(long restMs) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(restMs);
        Map<String, Object> arguments = Map.of("untilNs", System.nanoTime() + HICCUP_NS);
        metered.forEach(each -> each.send(ChildMain.HICCUP, arguments));
        metered.forEach(each -> report.hiccups().add(each.answer()));
    }

    /** Ends the latest child first, since the daemon is the earliest, and removes the directory. */
    @Override
    public void close() {
        while (!children.isEmpty()) {
            children.pop().close();
        }
        guard.close();
    }
}
