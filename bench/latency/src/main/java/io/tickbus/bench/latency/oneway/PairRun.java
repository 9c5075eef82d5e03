// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.Convergence;
import io.tickbus.bench.latency.harness.IdleStates;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.bench.latency.harness.Strace;
import io.tickbus.bench.latency.transport.Transports;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Carries a plan out in two pinned processes, round by round: until all of it is warm, and then what counts. */
final class PairRun {
    private static final String MEDIANS = "roundMediansNs";

    private final OneWayPlan plan;
    private final BenchHarness harness;
    private final ChildProcess sender;
    private final ChildProcess receiver;
    private final List<Convergence> warmth = new ArrayList<>();
    private List<Map<String, Object>> rows = List.of();
    private Map<String, Object> sent = Map.of();

    private PairRun(OneWayPlan plan, BenchHarness harness) throws IOException {
        this.plan = plan;
        this.harness = harness;
        JvmLaunch jvm = Transports.launch(plan.legs().stream().map(Leg::transport).toList());
        sender = harness.child(SenderRole.class, harness.senderCpu(), plan.toMap(), jvm);
        receiver = harness.child(ReceiverRole.class, harness.receiverCpu(), plan.toMap(), jvm);
        plan.legs().forEach(leg -> warmth.add(leg.warmth()));
    }

    /** Runs it, in each mode; keeps the log of all latencies where one is wanted. */
    static PairRun of(OneWayPlan plan, List<IdleStates> modes, BenchHarness harness, long warmUpNs, Path histograms)
            throws Exception {
        if (Platforms.current().affinity().length == 1) {
            harness.report().leaveOut("any verdict on transports that spin",
                    "both processes share the one processor there is");
        }
        PairRun run = new PairRun(plan, harness);
        run.warmUp(warmUpNs);
        Progress progress = new Progress(plan.rounds());
        for (int round = 0; round < plan.rounds(); round++) {
            progress.round(round);
            int number = round;
            for (int mode = 0; mode < modes.size(); mode++) {
                int row = mode;
                modes.get(mode).run(() -> run.round(number, row, leg -> number < plan.legs().get(leg).rounds()));
            }
        }
        run.conclude(modes, histograms);
        return run;
    }

    /** Repeats the short legs until each has settled, or until the time for that is over. */
    private void warmUp(long longestNs) {
        long giveUpNs = System.nanoTime() + longestNs;
        Progress.say("warm-up");
        for (int round = -1; System.nanoTime() < giveUpNs; round--) {
            List<Integer> cold = round(round, 0, leg -> isCold(leg));
            if (cold.isEmpty()) {
                return;
            }
        }
        harness.report().note("still warming up when the time for that was over: " + IntStream
                .range(0, warmth.size()).filter(this::isCold).mapToObj(leg -> plan.legs().get(leg).transport().label())
                .distinct().collect(Collectors.joining(", ")));
    }

    private boolean isCold(int leg) {
        return plan.legs().get(leg).isWarming() && !warmth.get(leg).isReached();
    }

    /** A round of some legs; another one begins in each, so that none always comes after the same other. */
    private List<Integer> round(int round, int mode, IntPredicate isIn) {
        List<Integer> legs = IntStream.range(0, plan.legs().size()).filter(isIn).boxed().collect(Collectors.toList());
        if (!legs.isEmpty()) {
            Collections.rotate(legs, -Math.floorMod(round, legs.size()));
            List<Long> mediansNs = JsonLines.numbers(both("round",
                    Map.of("round", round, "mode", mode, "legs", legs, "receiver", receiver.pid())), "mediansNs");
            for (int i = 0; i < legs.size(); i++) {
                warmth.get(legs.get(i)).add(mediansNs.get(i));
            }
        }
        return legs;
    }

    /** Has both processes carry out an order. Returns the receiver's answer. */
    private Map<String, Object> both(String order, Map<String, ?> arguments) {
        sender.send(order, arguments);
        receiver.send(order, arguments);
        Map<String, Object> answer = receiver.answer();
        sender.answer();
        return answer;
    }

    private void conclude(List<IdleStates> modes, Path histograms) throws IOException {
        Map<String, Object> found = receiver.ask("result", Map.of());
        sent = sender.ask("result", Map.of());
        rows = JsonLines.objects(found, "legs");
        for (int row = 0; row < rows.size(); row++) {
            Transports transport = plan.legs().get(row % plan.legs().size()).transport();
            rows.get(row).put("idleStates", modes.get(row / plan.legs().size()).label());
            rows.get(row).put("isWarm", IntStream.range(0, warmth.size())
                    .noneMatch(leg -> plan.legs().get(leg).transport() == transport && isCold(leg)));
        }
        harness.report().hiccups(JsonLines.object(found, "hiccup"), (List<?>) found.get("timeline"));
        if (histograms != null) {
            Files.copy(harness.directory().resolve(ReceiverRole.HISTOGRAMS), histograms,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Counts with strace, attached to both for one more burst of each leg; what a message takes, by leg. */
    List<Double> systemCalls() throws IOException, InterruptedException {
        List<Strace> tracers = new ArrayList<>();
        String refusal = null;
        try {
            tracers.add(Strace.attach(sender.pid(), plan.directory()));
            tracers.add(Strace.attach(receiver.pid(), plan.directory()));
            both("count", Map.of());
        } catch (IOException e) {
            refusal = e.getMessage();
        }
        double[] sums = new double[plan.legs().size()];
        for (Strace tracer : tracers) {
            long[] counts = SystemCallMarks.count(tracer.detach(), plan.legs());
            for (int leg = 0; leg < sums.length; leg++) {
                sums[leg] += (double) counts[leg] / plan.counted();
            }
        }
        if (refusal != null) {
            harness.report().leaveOut("the count of system calls", "strace cannot do it: " + refusal);
            return List.of();
        }
        return IntStream.range(0, sums.length).mapToObj(leg -> sums[leg]).toList();
    }

    /** How many rows there are: those of the first mode, then those of the next. */
    int size() {
        return rows.size();
    }

    /** The median of each round. */
    List<Long> mediansNs(int row) {
        return JsonLines.numbers(rows.get(row), MEDIANS);
    }

    /** What a leg came to in a mode, without what is only needed for figures of several legs. */
    Map<String, Object> row(int row) {
        Map<String, Object> map = new LinkedHashMap<>(rows.get(row));
        map.keySet().removeAll(List.of(MEDIANS, "cpuNs", "wallNs"));
        return map;
    }

    /** What the sender used over the bursts of a row, in percent of one processor. */
    double senderPercent(int row) {
        return percent(JsonLines.numbers(sent, "cpuNs").get(row), JsonLines.numbers(sent, "wallNs").get(row));
    }

    /** What the receiver used. */
    double receiverPercent(int row) {
        return percent(JsonLines.number(rows.get(row), "cpuNs"), JsonLines.number(rows.get(row), "wallNs"));
    }

    private static double percent(long cpuNs, long wallNs) {
        return Math.round(1e4 * cpuNs / Math.max(1, wallNs)) / 1e2;
    }
}
