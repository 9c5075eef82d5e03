// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM in which other timers than ours run. */
final class PeerRole implements ChildRole {
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final String name;

    PeerRole(Map<String, Object> settings) {
        name = (String) settings.get("timers");
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception {
        Workload workload = Workload.of(JsonLines.object(arguments, "workload"));
        Schedule schedule = new Schedule(workload, JsonLines.number(arguments, "startNs"));
        FiringLog log = new FiringLog(workload, schedule);
        CpuWindow cpu = CpuWindow.start(schedule.startNs(), schedule.endNs());
        try (FiringTimers timers = FiringTimers.named(name)) {
            timers.start(log);
            if (System.nanoTime() >= schedule.startNs()) {
                throw new LateArmingException(schedule.size());
            }
            CpuWindow.sleepUntil(schedule.endNs());
            // What a fixed delay has put off beyond the end is nothing to wait for.
            long timeoutNs = RateMode.of(name) == RateMode.FIXED_DELAY ? 0 : TIMEOUT_NS;
            long giveUpNs = System.nanoTime() + timeoutNs;
            while (!log.isComplete() && System.nanoTime() < giveUpNs) {
                TimeUnit.NANOSECONDS.sleep(NAP_NS);
            }
        }
        return log.toWire(cpu.toMap());
    }
}
