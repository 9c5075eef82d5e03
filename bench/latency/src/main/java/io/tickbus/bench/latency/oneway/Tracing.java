package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.run.BenchRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Counts the system calls of both ends with strace, attached for the bursts at the end of a run. */
final class Tracing {
    private static final long PATIENCE_S = 10;

    private final OneWayPlan plan;
    private final List<Process> tracers = new ArrayList<>();
    private final List<Path> traces = new ArrayList<>();

    private Tracing(OneWayPlan plan) {
        this.plan = plan;
    }

    /** Attaches to both; notes why that is not possible, and then counts nothing. */
    static Tracing start(OneWayPlan plan, Process sender, Process receiver, BenchRun run) {
        Tracing tracing = new Tracing(plan);
        try {
            tracing.attach(sender.pid());
            tracing.attach(receiver.pid());
        } catch (IOException e) {
            run.leaveOut("the count of system calls", "strace cannot do it: " + e.getMessage());
            tracing.tracers.forEach(tracer -> tracer.toHandle().destroy());
            return null;
        }
        return tracing;
    }

    private void attach(long pid) throws IOException {
        Path trace = plan.directory().resolve("strace-" + pid);
        Process strace = new ProcessBuilder(List.of("strace", "-f", "-p", Long.toString(pid), "-o", trace.toString()))
                .redirectErrorStream(true).start();
        tracers.add(strace);
        traces.add(trace);
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(strace.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append(' ');
            if (line.contains(" attached")) {
                return;
            }
        }
        throw new IOException(said.toString().strip());
    }

    /** System calls per message, both ends together, by leg. */
    List<Double> finish() throws IOException, InterruptedException {
        double[] sums = new double[plan.legs().size()];
        for (int i = 0; i < tracers.size(); i++) {
            if (!tracers.get(i).waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                tracers.get(i).toHandle().destroy();
                tracers.get(i).waitFor();
            }
            long[] counts = SystemCallMarks.count(Files.readAllLines(traces.get(i)), sums.length,
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
