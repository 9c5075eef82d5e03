// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.Hiccups;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.internal.platform.Platforms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of one JDK that measures all of its paths. */
final class ProbeRole implements ChildRole {
    private static final long BATCH_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long HICCUP_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long REST_MS = 2;
    private static final int STEPS_PER_CLOCK_READ = 64;
    private static final int WARM_UP_BATCHES = 20;
    private static final int STEPS = 200_000;
    private static final long LONGEST_SEARCH_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Hiccups hiccups = new Hiccups();

    ProbeRole(Map<String, Object> settings) {
        // All it needs is in the order.
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws InterruptedException {
        int batches = (int) JsonLines.number(arguments, "batches");
        List<String> leftOut = new ArrayList<>();
        List<Map<String, Object>> paths = new ArrayList<>();
        int[] cpus = Platforms.current().affinity();
        for (TimePath path : TimePath.all()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("path", path.name());
            row.put("costNs", cost(path, batches));
            row.put("resolutionNs", resolutionNs(path));
            row.put("backwardSteps", cpus.length > 1 ? ClockHandoff.backwardSteps(path, cpus) : null);
            paths.add(row);
        }
        if (cpus.length < 2) {
            leftOut.add("backward steps: they need two processors");
        }
        return Map.of("paths", paths, "leftOut", leftOut, "hiccup", hiccups.toMap());
    }

    private Map<String, Object> cost(TimePath path, int batches) throws InterruptedException {
        int times = 100;
        for (int i = 0; i < WARM_UP_BATCHES; i++) {
            long tookNs = timed(path, times);
            times = (int) Math.max(100, Math.min(1_000_000, times * BATCH_NS / Math.max(1, tookNs)));
        }
        double[] costsNs = new double[batches];
        for (int i = 0; i < batches; i++) {
            costsNs[i] = (double) timed(path, times) / times;
            HiccupMeter meter = new HiccupMeter();
            meter.spinUntil(System.nanoTime() + HICCUP_NS);
            hiccups.add(meter);
            TimeUnit.MILLISECONDS.sleep(REST_MS);
        }
        return Percentiles.of(costsNs);
    }

    private static long timed(TimePath path, int times) {
        long startNs = System.nanoTime();
        long sum = path.reader().read(times);
        long tookNs = System.nanoTime() - startNs;
        // Never so, but the compiler does not know.
        return sum == 0 ? 0 : tookNs;
    }

    /** The smallest step that was seen; 0 where there was none. */
    private static long resolutionNs(TimePath path) {
        long smallestNs = Long.MAX_VALUE;
        long lastNs = path.reader().read(1);
        long untilNs = System.nanoTime() + LONGEST_SEARCH_NS;
        // The time is checked only now and then: another clock's reading in between would be taken for a step.
        for (int i = 0; i < STEPS && (i % STEPS_PER_CLOCK_READ != 0 || System.nanoTime() < untilNs); i++) {
            long nowNs = path.reader().read(1);
            if (nowNs > lastNs) {
                smallestNs = Math.min(smallestNs, nowNs - lastNs);
            }
            lastNs = nowNs;
        }
        return smallestNs == Long.MAX_VALUE ? 0 : smallestNs;
    }
}
