// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.timers.PendingTimers.Handles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** A process whose threads arm timers, all at once; they are due so late that none of them fires. */
final class ArmingRole implements ChildRole {
    private static final long DELAY_NS = TimeUnit.MINUTES.toNanos(5);
    private static final int SPINS = 10;
    private static final int YIELDS = 20;
    private static final long SHORTEST_NAP_NS = 1_000;
    /** About as long as the daemon takes for a burst. */
    private static final long LONGEST_NAP_NS = 50_000;

    private final Function<Handles, PendingTimers> timers;
    private final int capacity;
    private final List<PendingTimers> ofThreads = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    ArmingRole(Map<String, Object> settings) {
        timers = PendingTimers.named((String) settings.get("target"), settings);
        capacity = (int) JsonLines.number(settings, "capacity");
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception {
        int count = (int) JsonLines.number(arguments, "threads");
        while (ofThreads.size() < count) {
            ofThreads.add(timers.apply(new Handles(capacity)));
        }
        List<Future<Pass>> passes = new ArrayList<>();
        for (PendingTimers each : ofThreads.subList(0, count)) {
            passes.add(threads.submit(() -> Pass.run(each, arguments)));
        }
        long fromNs = Long.MAX_VALUE;
        long untilNs = Long.MIN_VALUE;
        List<Double> nsPerArm = new ArrayList<>();
        List<Double> settledNsPerArm = new ArrayList<>();
        for (Future<Pass> each : passes) {
            Pass pass = each.get();
            fromNs = Math.min(fromNs, pass.fromNs());
            untilNs = Math.max(untilNs, pass.untilNs());
            nsPerArm.addAll(pass.nsPerArm());
            settledNsPerArm.addAll(pass.settledNsPerArm());
        }
        return Map.of("arms",
                count * JsonLines.number(arguments, "bursts") * JsonLines.number(arguments, "burst"), "fromNs", fromNs,
                "untilNs", untilNs, "nsPerArm", nsPerArm, "settledNsPerArm", settledNsPerArm,
                "fulls", ofThreads.stream().mapToLong(PendingTimers::fulls).sum());
    }

    @Override
    public void close() {
        ofThreads.forEach(PendingTimers::close);
        threads.shutdownNow();
    }

    /**
     * What one thread did.
     *
     * @param fromNs          when it began
     * @param untilNs         when all it had armed was taken in
     * @param nsPerArm        of each burst, the caller's side alone
     * @param settledNsPerArm of each burst, until all of it was taken in
     */
    private record Pass(long fromNs, long untilNs, List<Double> nsPerArm, List<Double> settledNsPerArm) {
        static Pass run(PendingTimers timers, Map<String, Object> arguments) {
            long startNs = JsonLines.number(arguments, "startNs");
            int bursts = (int) JsonLines.number(arguments, "bursts");
            int burst = (int) JsonLines.number(arguments, "burst");
            // With eight threads on two processors, a thread that waits for the daemon must let it run.
            IdleStrategy idle =
                    (boolean) arguments.get("isAlone") ? new BusySpinIdleStrategy()
                            : new BackoffIdleStrategy(SPINS, YIELDS, SHORTEST_NAP_NS, LONGEST_NAP_NS);
            List<Double> nsPerArm = new ArrayList<>();
            List<Double> settledNsPerArm = new ArrayList<>();
            while (System.nanoTime() < startNs) {
                Thread.onSpinWait();
            }
            long fromNs = System.nanoTime();
            int armed = 0;
            for (int i = 0; i < bursts; i++) {
                long beginNs = System.nanoTime();
                for (int end = armed + burst; armed < end; armed++) {
                    timers.arm(armed, DELAY_NS);
                }
                nsPerArm.add((System.nanoTime() - beginNs) / (double) burst);
                timers.awaitDone(idle);
                settledNsPerArm.add((System.nanoTime() - beginNs) / (double) burst);
            }
            long untilNs = System.nanoTime();
            while (armed > 0) {
                timers.cancel(--armed);
            }
            timers.awaitDone(idle);
            return new Pass(fromNs, untilNs, nsPerArm, settledNsPerArm);
        }
    }
}
