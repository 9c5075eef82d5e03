// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that allocates: it arms timers in the daemon, keeps the same ones in a ScheduledThreadPoolExecutor of its
 * own, and then makes garbage as told, part of which lives for a while so that the collector has something to copy.
 */
final class AllocatingRole implements ChildRole {
    private static final int OBJECT_BYTES = 256;
    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int CHUNK = 1000;
    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ArmedSchedule armed;
    private final byte[][] live;
    private int next;
    private long allocatedBytes;

    AllocatingRole(Map<String, Object> settings) {
        armed = new ArmedSchedule(DaemonRole.bus(settings));
        live = new byte[(int) (JsonLines.number(settings, "liveBytes") / OBJECT_BYTES)][];
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception {
        Workload workload = Workload.of(JsonLines.object(arguments, "workload"));
        Schedule schedule = new Schedule(workload, JsonLines.number(arguments, "startNs"));
        FiringLog log = new FiringLog(workload, schedule);
        Map<String, Object> answer = new LinkedHashMap<>();
        long run = JsonLines.number(arguments, "run");
        try (FiringTimers pool = FiringTimers.named("stpe")) {
            pool.start(log);
            armed.arm(schedule, run);
            CpuWindow.sleepUntil(schedule.startNs());
            long collections = collections();
            long collectingMs = collectingMs();
            answer.put("windowBytes", arguments.containsKey("collections")
                    ? collect(schedule, JsonLines.number(arguments, "collections"))
                    : allocate(schedule, JsonLines.numbers(arguments, "bytesPerSecond")));
            CpuWindow.sleepUntil(schedule.endNs());
            answer.put("collections", collections() - collections);
            answer.put("collectingMs", collectingMs() - collectingMs);
            long giveUpNs = System.nanoTime() + PeerRole.TIMEOUT_NS;
            while (!log.isComplete() && System.nanoTime() < giveUpNs) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
        armed.cancel(schedule, run);
        answer.putAll(log.toWire(Map.of()));
        return answer;
    }

    /** Provokes that many collections, evenly over the time. */
    private List<Long> collect(Schedule schedule, long target) throws InterruptedException {
        long startBytes = allocatedBytes;
        long durationNs = schedule.endNs() - schedule.startNs();
        for (long i = 0; i < target; i++) {
            CpuWindow.sleepUntil(schedule.startNs() + i * durationNs / target);
            long before = collections();
            while (collections() == before) {
                allocate(CHUNK);
            }
        }
        return List.of(allocatedBytes - startBytes);
    }

    /** Allocates at these rates, each for its part of the time, a little every millisecond. */
    private List<Long> allocate(Schedule schedule, List<Long> bytesPerSecond) {
        long windowNs = (schedule.endNs() - schedule.startNs()) / bytesPerSecond.size();
        List<Long> windowBytes = new ArrayList<>();
        for (int window = 0; window < bytesPerSecond.size(); window++) {
            long startNs = schedule.startNs() + window * windowNs;
            long startBytes = allocatedBytes;
            double bytesPerNs = bytesPerSecond.get(window) / 1e9;
            for (long nowNs = System.nanoTime(); nowNs < startNs + windowNs; nowNs = System.nanoTime()) {
                long owedBytes = (long) (bytesPerNs * (nowNs - startNs)) - (allocatedBytes - startBytes);
                if (owedBytes >= OBJECT_BYTES) {
                    allocate((int) Math.min(CHUNK, owedBytes / OBJECT_BYTES));
                } else {
                    LockSupport.parkNanos(SLICE_NS);
                }
            }
            windowBytes.add(allocatedBytes - startBytes);
        }
        return windowBytes;
    }

    private void allocate(int objects) {
        for (int i = 0; i < objects; i++) {
            live[next] = new byte[OBJECT_BYTES - ARRAY_HEADER_BYTES];
            next = next + 1 == live.length ? 0 : next + 1;
        }
        allocatedBytes += (long) objects * OBJECT_BYTES;
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
    }

    private static long collectingMs() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
    }

    @Override
    public void close() {
        armed.close();
    }
}
