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
    /** Before the first round, since what it takes would keep the others waiting. */
    static final String OPEN = "open";
    private static final long DELAY_NS = TimeUnit.MINUTES.toNanos(5);
    private static final double SECOND_NS = TimeUnit.SECONDS.toNanos(1);
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
        if (order.equals(OPEN)) {
            return Map.of();
        }
        List<Future<Pass>> passes = new ArrayList<>();
        for (PendingTimers each : ofThreads.subList(0, count)) {
            passes.add(threads.submit(() -> Pass.run(each, arguments)));
        }
        List<Object> answers = new ArrayList<>();
        for (Future<Pass> each : passes) {
            answers.add(each.get().toMap());
        }
        return Map.of("passes", answers);
    }

    @Override
    public void close() {
        ofThreads.forEach(PendingTimers::close);
        threads.shutdownNow();
    }

    /**
     * What one thread did.
     *
     * @param fromNs       when it began
     * @param settledAtNs  for each burst, when all of it was taken in
     * @param nsPerArm     of each burst, the caller's side alone
     */
    record Pass(long fromNs, List<Long> settledAtNs, List<Double> nsPerArm) {
        static Pass run(PendingTimers timers, Map<String, Object> arguments) {
            long startNs = JsonLines.number(arguments, "startNs");
            long untilNs = startNs + JsonLines.number(arguments, "durationNs");
            int bursts = (int) JsonLines.number(arguments, "bursts");
            int burst = (int) JsonLines.number(arguments, "burst");
            // With eight threads on two processors, a thread that waits for the daemon must let it run.
            IdleStrategy idle =
                    (boolean) arguments.get("isAlone") ? new BusySpinIdleStrategy()
                            : new BackoffIdleStrategy(SPINS, YIELDS, SHORTEST_NAP_NS, LONGEST_NAP_NS);
            Pass pass = new Pass(awaitStart(startNs), new ArrayList<>(), new ArrayList<>());
            int armed = 0;
            for (long beginNs = pass.fromNs; armed == 0 || (armed < bursts * burst && beginNs < untilNs);) {
                for (int end = armed + burst; armed < end; armed++) {
                    timers.arm(armed, DELAY_NS);
                }
                pass.nsPerArm.add((System.nanoTime() - beginNs) / (double) burst);
                timers.awaitDone(idle);
                beginNs = System.nanoTime();
                pass.settledAtNs.add(beginNs);
            }
            while (armed > 0) {
                timers.cancel(--armed);
            }
            timers.awaitDone(idle);
            return pass;
        }

        private static long awaitStart(long startNs) {
            long nowNs = System.nanoTime();
            while (nowNs < startNs) {
                Thread.onSpinWait();
                nowNs = System.nanoTime();
            }
            return nowNs;
        }

        private Map<String, Object> toMap() {
            return Map.of("fromNs", fromNs, "settledAtNs", settledAtNs, "nsPerArm", nsPerArm);
        }

        static Pass of(Map<String, Object> map) {
            return new Pass(JsonLines.number(map, "fromNs"), JsonLines.numbers(map, "settledAtNs"),
                    JsonLines.fractions(map, "nsPerArm"));
        }

        /** When it had nothing more to arm. */
        private long untilNs() {
            return settledAtNs.isEmpty() ? fromNs : settledAtNs.get(settledAtNs.size() - 1);
        }

        /** Of each burst, until all of it was taken in. */
        List<Double> settledNsPerArm(int burst) {
            List<Double> each = new ArrayList<>();
            long beginNs = fromNs;
            for (long endNs : settledAtNs) {
                each.add((endNs - beginNs) / (double) burst);
                beginNs = endNs;
            }
            return each;
        }

        /**
         * Bursts a second that all of them settled together while all of them were at work: from the last one's start
         * to the first one's end, so that neither counts as idleness of the others; not a number where that is empty.
         */
        static double perSecond(List<Pass> passes) {
            long fromNs = passes.stream().mapToLong(Pass::fromNs).max().orElseThrow();
            long untilNs = passes.stream().mapToLong(Pass::untilNs).min().orElseThrow();
            double bursts = passes.stream().mapToDouble(each -> each.burstsWithin(fromNs, untilNs)).sum();
            return untilNs > fromNs ? SECOND_NS * bursts / (untilNs - fromNs) : Double.NaN;
        }

        /** Of a burst that is partly within, that part. */
        private double burstsWithin(long fromTimeNs, long untilTimeNs) {
            double bursts = 0;
            long beginNs = fromNs;
            for (long endNs : settledAtNs) {
                long withinNs = Math.min(endNs, untilTimeNs) - Math.max(beginNs, fromTimeNs);
                bursts += Math.max(0, withinNs) / (double) Math.max(1, endNs - beginNs);
                beginNs = endNs;
            }
            return bursts;
        }
    }
}
