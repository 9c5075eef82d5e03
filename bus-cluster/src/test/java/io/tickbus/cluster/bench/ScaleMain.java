// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSnapshot;
import io.tickbus.cluster.intent.IntentSpec;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What many timers cost the replicated state: arming them, a snapshot, reading it, and the memory. Arguments: how many
 * timers, 1,000,000 without; how many hosts report, 1,000 without. Give it 400 bytes of heap for each timer.
 */
final class ScaleMain {
    private static final int BATCH = 128;
    private static final long START_NS = 1_800_000_000_000_000_000L;
    private static final long ENTRY_NS = 1_000_000;

    private final IntentLog log = new IntentLog();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[BATCH * IntentCommands.ARM_LENGTH + 256]);
    private long position;

    private ScaleMain() {
    }

    public static void main(String[] arguments) {
        int timers = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int hosts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
        new ScaleMain().run(timers, hosts);
    }

    private void apply(int length) {
        position += length;
        log.apply(buffer, 0, length, position, START_NS + position / BATCH * ENTRY_NS / IntentCommands.ARM_LENGTH, 1);
    }

    private void run(int timers, int hosts) {
        apply(IntentCommands.owner(buffer, 0, "owner"));
        long beforeBytes = usedBytes();
        long startNs = System.nanoTime();
        for (int first = 0; first < timers; first += BATCH) {
            int length = 0;
            for (int key = first; key < Math.min(timers, first + BATCH); key++) {
                IntentSpec spec = key % 4 == 0 ? IntentSpec.once(key, 7, START_NS * 2) : IntentSpec.everywhere(key, 7,
                        START_NS * 2);
                length += IntentCommands.arm(buffer, length, 0, spec.withGeneration(1));
            }
            apply(length);
        }
        print("arm", timers, System.nanoTime() - startNs);
        System.out.println("memory bytesPerTimer=" + (usedBytes() - beforeBytes) / timers);
        report(hosts);
        snapshot(timers);
    }

    /** All hosts say that they live, as they do four times a second. */
    private void report(int hosts) {
        for (int host = 0; host < hosts; host++) {
            apply(IntentCommands.join(buffer, 0, "host" + host, 1));
        }
        int rounds = 40;
        long startNs = System.nanoTime();
        for (int i = 0; i < rounds * hosts; i++) {
            apply(IntentCommands.state(buffer, 0, i % hosts, 1, position, 1_000, 0));
        }
        print("hostStates", (long) rounds * hosts, System.nanoTime() - startNs);
        Intent intent = log.find(0, 1);
        startNs = System.nanoTime();
        int found = 0;
        for (int i = 0; i < rounds; i++) {
            found += log.membership().covering(intent.spec().firstUtcNs()) >= 0 ? 1 : 0;
        }
        print("covering", found, System.nanoTime() - startNs);
    }

    private void snapshot(int timers) {
        List<byte[]> messages = new ArrayList<>();
        long startNs = System.nanoTime();
        IntentSnapshot.write(log, (message, at, length) -> {
            byte[] bytes = new byte[length];
            message.getBytes(at, bytes);
            messages.add(bytes);
        });
        print("snapshotWrite", timers, System.nanoTime() - startNs);
        long bytes = messages.stream().mapToLong(message -> message.length).sum();
        System.out.println("snapshot bytes=" + bytes + " bytesPerTimer=" + bytes / timers);
        startNs = System.nanoTime();
        IntentLog copy = new IntentLog();
        IntentSnapshot reader = IntentSnapshot.into(copy);
        messages.forEach(message -> reader.onMessage(new UnsafeBuffer(message), 0, message.length));
        print("snapshotRead", timers, System.nanoTime() - startNs);
        if (copy.size() != timers || !reader.isComplete()) {
            throw new AssertionError("timers=" + copy.size());
        }
    }

    private static void print(String what, long count, long ns) {
        System.out.println(what + " count=" + count + " ms=" + ns / 1_000_000 + " perSecond="
                + count * 1_000_000_000L / Math.max(1, ns));
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
