package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.Strace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Counts the system calls of both ends with strace, attached for the bursts at the end of a run. */
final class Tracing {
    private final OneWayPlan plan;
    private final List<Strace> tracers = new ArrayList<>();

    private Tracing(OneWayPlan plan) {
        this.plan = plan;
    }

    /** Attaches to both; notes why that is not possible, and then counts nothing. */
    static Tracing start(OneWayPlan plan, Process sender, Process receiver, BenchRun run)
            throws IOException, InterruptedException {
        Tracing tracing = new Tracing(plan);
        try {
            tracing.tracers.add(Strace.attach(sender.pid(), plan.directory()));
            tracing.tracers.add(Strace.attach(receiver.pid(), plan.directory()));
        } catch (IOException e) {
            run.leaveOut("the count of system calls", "strace cannot do it: " + e.getMessage());
            for (Strace tracer : tracing.tracers) {
                tracer.detach();
            }
            return null;
        }
        return tracing;
    }

    /** System calls per message, both ends together, by leg. */
    List<Double> finish() throws IOException, InterruptedException {
        double[] sums = new double[plan.legs().size()];
        for (Strace tracer : tracers) {
            long[] counts = SystemCallMarks.count(tracer.finish(), sums.length,
                    SystemCallMarks.ofAll(plan.legs()));
            for (int leg = 0; leg < sums.length; leg++) {
                sums[leg] += (double) counts[leg] / plan.counted();
            }
        }
        List<Double> perMessage = new ArrayList<>();
        for (double sum : sums) {
            perMessage.add(sum);
        }
        return perMessage;
    }
}
