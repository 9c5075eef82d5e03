// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cli.Report;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSnapshot;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.BusException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What many timers cost the replicated state, without a network: arming them, the memory, hosts that report, a
 * snapshot, and what a member does that starts: it reads the snapshot and applies what came later.
 */
final class ScaleBench {
    private static final int BATCH = 128;
    private static final long START_NS = 1_800_000_000_000_000_000L;
    private static final long ENTRY_NS = 1_000_000;
    private static final int SIGNAL = 7;
    private static final int REPORTS = 40;
    /** A tenth of the timers are armed once more after the snapshot. */
    private static final int LATER = 10;
    private static final long HEAP_FOR_TIMER = 400;
    private static final long HEAP = 256L << 20;
    private static final int LONGEST = 1 << 20;

    private final BenchOutput output;
    private final int timers;
    private final int hosts;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[BATCH * IntentCommands.ARM_LENGTH + 256]);
    private IntentLog log = new IntentLog();
    private long position;
    private long snapshotPosition;

    ScaleBench(BenchOutput output, int timers, int hosts) {
        this.output = output;
        this.timers = timers;
        this.hosts = hosts;
    }

    /** Runs it in a process of its own, which has the heap that it needs. */
    static boolean runApart(int timers, int hosts, boolean isJson) {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + ((HEAP + timers * HEAP_FOR_TIMER) >> 20) + "m", "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "io.tickbus.cluster.ClusterMain", "cluster", "bench", "scale", "--here", "--timers",
                Integer.toString(timers), "--hosts", Integer.toString(hosts)));
        if (isJson) {
            line.add("--json");
        }
        try {
            return new ProcessBuilder(line).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns whether a member that reads the snapshot has all timers. */
    boolean run() {
        apply(log, IntentCommands.owner(buffer, 0, "owner"));
        long beforeBytes = usedBytes();
        print("applied armings", "apply", timers, arm(log, timers));
        output.print("memory", new Report().with("type", "memory").with("timers", log.size())
                .with("bytesPerTimer", (usedBytes() - beforeBytes) / timers));
        report();
        output.watchHost();
        boolean isRight = snapshot();
        output.printHiccups();
        return isRight;
    }

    private void apply(IntentLog to, int length) {
        position += length;
        to.apply(buffer, 0, length, position, START_NS + position / BATCH * ENTRY_NS / IntentCommands.ARM_LENGTH, 1);
    }

    /** Returns how long that took. */
    private long arm(IntentLog to, int count) {
        long startNs = System.nanoTime();
        for (int first = 0; first < count; first += BATCH) {
            int length = 0;
            for (int key = first; key < Math.min(count, first + BATCH); key++) {
                IntentSpec spec = key % 4 == 0 ? IntentSpec.once(key, SIGNAL, START_NS * 2)
                        : IntentSpec.everywhere(key, SIGNAL, START_NS * 2);
                length += IntentCommands.arm(buffer, length, 0, spec.withGeneration((int) (position >>> 8) | 1));
            }
            apply(to, length);
            output.progress("timers armed", first, count);
        }
        return System.nanoTime() - startNs;
    }

    /** All hosts say that they live, as they do four times a second. */
    private void report() {
        for (int host = 0; host < hosts; host++) {
            apply(log, IntentCommands.join(buffer, 0, "host" + host, 1));
        }
        long startNs = System.nanoTime();
        for (int i = 0; i < REPORTS * hosts; i++) {
            apply(log, IntentCommands.state(buffer, 0, i % hosts, 1, position, 1_000, 0));
        }
        print("applied reports of hosts, of which there are " + hosts, "hostStates", (long) REPORTS * hosts,
                System.nanoTime() - startNs);
        long dueNs = log.find(0, 1).spec().firstUtcNs();
        startNs = System.nanoTime();
        int covering = 0;
        for (int i = 0; i < REPORTS; i++) {
            covering = Math.max(covering, log.membership().covering(dueNs));
        }
        print("found who covers a time", "covering", REPORTS, System.nanoTime() - startNs);
    }

    private boolean snapshot() {
        Path file = null;
        try {
            file = Files.createTempFile("tickbus-bench", ".snapshot");
            output.say("writing a snapshot, and reading it");
            print("wrote a snapshot", "snapshotWrite", timers, write(file));
            long bytes = Files.size(file);
            output.print("size of the snapshot", new Report().with("type", "snapshot").with("bytes", bytes)
                    .with("bytesPerTimer", bytes / timers));
            // Room for the copy.
            log = null;
            return catchUp(file);
        } catch (IOException e) {
            throw BusException.system(file, e, "set java.io.tmpdir to a folder with room for a snapshot");
        } finally {
            if (file != null) {
                file.toFile().delete();
            }
        }
    }

    private long write(Path file) throws IOException {
        long startNs = System.nanoTime();
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file),
                LONGEST))) {
            byte[] bytes = new byte[LONGEST];
            snapshotPosition = position;
            IntentSnapshot.write(log, (message, at, length) -> {
                message.getBytes(at, bytes, 0, length);
                try {
                    out.writeInt(length);
                    out.write(bytes, 0, length);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return System.nanoTime() - startNs;
    }

    private boolean catchUp(Path file) throws IOException {
        long startNs = System.nanoTime();
        IntentLog copy = new IntentLog();
        IntentSnapshot reader = IntentSnapshot.into(copy);
        byte[] bytes = new byte[LONGEST];
        UnsafeBuffer message = new UnsafeBuffer(bytes);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), LONGEST))) {
            while (!reader.isComplete()) {
                int length = in.readInt();
                in.readFully(bytes, 0, length);
                reader.onMessage(message, 0, length);
            }
        }
        long readNs = System.nanoTime() - startNs;
        print("read the snapshot", "snapshotRead", timers, readNs);
        boolean isRight = copy.size() == timers && copy.position() == snapshotPosition;
        int later = Math.max(1, timers / LATER);
        long appliedNs = arm(copy, later);
        print("applied the log after it", "catchUpApply", later, appliedNs);
        output.print("catching up, snapshot and log", new Report().with("type", "catchUp").with("timers", copy.size())
                .with("isComplete", isRight && copy.size() == timers).with("tookNs", readNs + appliedNs));
        return isRight && copy.size() == timers;
    }

    private void print(String title, String type, long count, long ns) {
        output.print(title, new Report().with("type", type).with("count", count).with("tookNs", ns)
                .with("perSecond", count * TimeUnit.SECONDS.toNanos(1) / Math.max(1, ns)));
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
