// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The clients of an interval: threads with one after the other, and a process that is killed. */
final class Visitors {
    private static final long SHORTEST_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(4);

    private final BenchHarness harness;
    private final BusDirectory bus;
    private final int periodic;
    private final int atOnce;
    private final AtomicLong arrived = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong killed = new AtomicLong();

    Visitors(BenchHarness harness, BusDirectory bus, int periodic, int atOnce) {
        this.harness = harness;
        this.bus = bus;
        this.periodic = periodic;
        this.atOnce = atOnce;
    }

    /** Returns when all have left. */
    void comeAndGo(long durationNs) throws InterruptedException, ExecutionException {
        long endNs = System.nanoTime() + durationNs;
        ExecutorService threads = Executors.newFixedThreadPool(atOnce);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 1; i < atOnce; i++) {
            all.add(threads.submit(() -> visit(endNs)));
        }
        all.add(threads.submit(() -> kill(endNs)));
        for (Future<?> each : all) {
            each.get();
        }
        threads.shutdown();
        threads.awaitTermination(1, TimeUnit.MINUTES);
    }

    private void visit(long endNs) {
        while (System.nanoTime() < endNs) {
            long seed = arrived.incrementAndGet();
            try (Visitor visitor = Visitor.arrive(bus, seed, periodic)) {
                visitor.visit();
                stay(new SplittableRandom(seed), endNs);
            } catch (BusException e) {
                // Evicted, since this process was stopped for seconds; or the daemon has ended, which is noticed.
                failed.incrementAndGet();
            }
        }
    }

    private static void stay(SplittableRandom random, long endNs) {
        long stayNs = Math.min(random.nextLong(SHORTEST_NS, LONGEST_NS), endNs - System.nanoTime());
        try {
            TimeUnit.NANOSECONDS.sleep(stayNs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Void kill(long endNs) throws IOException {
        long seed = arrived.incrementAndGet();
        try (ChildProcess child = harness.child(VisitorRole.class, -1, Map.of("directory",
                bus.path().getParent().toString(), "bus", bus.name(), "seed", seed, "periodic", periodic))) {
            child.ask("visit", Map.of());
            stay(new SplittableRandom(seed), endNs);
            ProcessHandle.of(child.pid()).ifPresent(ProcessHandle::destroyForcibly);
            killed.incrementAndGet();
        } catch (IllegalStateException e) {
            failed.incrementAndGet();
        }
        return null;
    }

    String summary() {
        return "clients that came: " + arrived + ", of which were killed: " + killed + ", ended by a failure: "
                + failed;
    }
}
