// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.transport.Burst;
import io.tickbus.bench.latency.transport.Transport;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The sending process. */
final class SenderRole extends PairRole {
    private final long[] cpuNs;
    private final long[] wallNs;

    SenderRole(Map<String, Object> settings) throws Exception {
        super(OneWayPlan.of(settings));
        cpuNs = new long[plan().modes() * plan().legs().size()];
        wallNs = new long[cpuNs.length];
        for (Transport transport : ends().values()) {
            transport.openSender(plan().directory());
        }
    }

    @Override
    void burst(long number, int index, Round round) {
        Leg leg = plan().legs().get(index);
        control().call(number);
        if (plan().isStalled(leg, round.number())) {
            stall(round.receiver());
        }
        long cpuBeforeNs = Platforms.current().processCpuNs();
        long beforeNs = System.nanoTime();
        ends().get(leg.transport()).send(new Burst(plan().first(number), leg.count(),
                beforeNs + plan().leadNs(leg, round.number()), leg.gapNs(), 0));
        if (round.counts()) {
            int row = plan().row(index, round.mode());
            cpuNs[row] += Platforms.current().processCpuNs() - cpuBeforeNs;
            wallNs[row] += System.nanoTime() - beforeNs;
        }
        control().awaitDone(number);
        LockSupport.parkNanos(leg.restNs());
    }

    /** Stops the receiver for a while; the lead is long enough for that to come before its end. */
    private void stall(long receiver) {
        PosixSignals.kill(receiver, PosixSignal.SIGSTOP);
        Thread thread = new Thread(() -> {
            long untilNs = System.nanoTime() + plan().stallNs();
            while (System.nanoTime() < untilNs) {
                LockSupport.parkNanos(untilNs - System.nanoTime());
            }
            PosixSignals.kill(receiver, PosixSignal.SIGCONT);
        }, "stall");
        thread.start();
    }

    @Override
    void countedBurst(long number, int index) {
        Leg leg = plan().legs().get(index);
        control().call(number);
        SystemCallMarks.begin(index);
        ends().get(leg.transport()).send(new Burst(plan().first(number), plan().counted(),
                System.nanoTime() + leg.leadNs(), SystemCallMarks.gapNs(leg), 0));
        SystemCallMarks.end(index);
        control().awaitDone(number);
    }

    @Override
    Map<String, Object> result() {
        return Map.of("cpuNs", cpuNs, "wallNs", wallNs);
    }
}
