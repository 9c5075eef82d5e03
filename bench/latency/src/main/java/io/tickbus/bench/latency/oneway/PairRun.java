// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.ChildProcess;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries a plan out in two pinned processes, round by round.
 *
 * @param legs        what the receiver found, by leg
 * @param sender      CPU and wall time of the sender, by leg
 * @param systemCalls a message, both ends together, by leg; empty where they were not counted
 */
record PairRun(List<Map<String, Object>> legs, Map<String, Object> sender, List<Double> systemCalls) {
    /** Runs it; keeps the log of all latencies where one is wanted. */
    static PairRun of(OneWayPlan plan, BenchHarness harness, Path histograms)
            throws IOException, InterruptedException {
        if (Platforms.current().affinity().length == 1) {
            harness.report().leaveOut("any verdict on transports that spin",
                    "both processes share the one processor there is");
        }
        JvmLaunch jvm = Transports.launch(plan.legs().stream().map(Leg::transport).toList());
        ChildProcess sender = harness.child(SenderRole.class, harness.senderCpu(), plan.toMap(), jvm);
        ChildProcess receiver = harness.child(ReceiverRole.class, harness.receiverCpu(), plan.toMap(), jvm);
        Progress progress = new Progress(plan.rounds() + plan.warmUps());
        for (int round = -plan.warmUps(); round < plan.rounds(); round++) {
            progress.round(round + plan.warmUps());
            both(sender, receiver, "round", Map.of("round", round, "receiver", receiver.pid()));
        }
        List<Double> calls = plan.counted() > 0 ? count(plan, harness, sender, receiver) : List.of();
        Map<String, Object> found = receiver.ask("result", Map.of());
        harness.report().hiccups(JsonLines.object(found, "hiccup"), (List<?>) found.get("timeline"));
        if (histograms != null) {
            Files.copy(harness.directory().resolve(ReceiverRole.HISTOGRAMS), histograms,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return new PairRun(JsonLines.objects(found, "legs"), sender.ask("result", Map.of()), calls);
    }

    private static void both(ChildProcess sender, ChildProcess receiver, String order, Map<String, ?> arguments) {
        sender.send(order, arguments);
        receiver.send(order, arguments);
        receiver.answer();
        sender.answer();
    }

    /** Counts with strace, attached to both for one more burst of each leg. */
    private static List<Double> count(OneWayPlan plan, BenchHarness harness, ChildProcess sender,
            ChildProcess receiver) throws IOException, InterruptedException {
        List<Strace> tracers = new ArrayList<>();
        String refusal = null;
        try {
            tracers.add(Strace.attach(sender.pid(), plan.directory()));
            tracers.add(Strace.attach(receiver.pid(), plan.directory()));
            both(sender, receiver, "count", Map.of());
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
        List<Double> perMessage = new ArrayList<>();
        for (double sum : sums) {
            perMessage.add(sum);
        }
        return perMessage;
    }

    /** One leg for the report, without what is only needed for figures of several legs. */
    Map<String, Object> row(int leg, String... without) {
        Map<String, Object> row = new LinkedHashMap<>(legs.get(leg));
        row.keySet().removeAll(List.of(without));
        return row;
    }
}
