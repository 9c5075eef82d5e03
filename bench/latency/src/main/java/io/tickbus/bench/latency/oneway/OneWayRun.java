package io.tickbus.bench.latency.oneway;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.transport.AeronDriver;
import io.tickbus.bench.latency.transport.Transports;
import io.tickbus.core.platform.Platforms;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Carries a plan out: prepares what its transports need, starts the two pinned processes, stops one where the plan says
 * so, and has the system calls traced.
 */
final class OneWayRun {
    static final String ROUND = "ROUND ";
    static final String STALL = "STALL";
    static final String COUNTING = "COUNTING";
    static final String HISTOGRAMS = "latency.hlog";

    private final BenchRun run;

    OneWayRun(BenchRun run) {
        this.run = run;
    }

    /** Those of the transports that can run here. */
    List<Transports> available(List<Transports> wanted) throws IOException, InterruptedException {
        List<Transports> available = new ArrayList<>();
        for (Transports transport : wanted) {
            Optional<String> reason = transport.prepare(run.directory());
            if (reason.isPresent()) {
                run.leaveOut(transport.label(), reason.get());
            } else {
                available.add(transport);
            }
        }
        return available;
    }

    /** Runs the plan: what the receiver found, with what the sender used. */
    Map<String, Object> run(OneWayPlan plan, boolean isPinned) throws IOException, InterruptedException {
        if (plan.legs().stream().anyMatch(leg -> leg.transport().needsDriver())) {
            BenchRun.expect(BenchRun.lines(run.start(AeronDriver.class, List.of(run.directory().toString())))
                    .readLine(), BenchRun.READY);
        }
        if (Platforms.current().affinity().length == 1) {
            run.leaveOut("any verdict on those who spin", "both processes share the one processor there is");
        }
        Process sender = startEnd(OneWaySender.class, BenchRun.senderCpu(isPinned), plan);
        BufferedReader senderLines = BenchRun.lines(sender);
        run.environment().put("senderPinned", BenchRun.expect(senderLines.readLine(), BenchRun.READY));
        Process receiver = startEnd(OneWayReceiver.class, BenchRun.receiverCpu(isPinned), plan);
        BufferedReader receiverLines = BenchRun.lines(receiver);
        run.environment().put("receiverPinned", BenchRun.expect(receiverLines.readLine(), BenchRun.READY));
        String result = follow(receiverLines, receiver.pid(), plan);
        Tracing tracing = null;
        if (result.equals(COUNTING)) {
            BenchRun.expect(senderLines.readLine(), COUNTING);
            tracing = Tracing.start(plan, sender, receiver, run);
            say(sender);
            say(receiver);
            result = follow(receiverLines, receiver.pid(), plan);
        }
        Map<String, Object> found = JSON.std.mapFrom(BenchRun.expect(result, BenchRun.RESULT));
        found.put("sender", JSON.std.mapFrom(BenchRun.expect(senderLines.readLine(), BenchRun.RESULT)));
        if (tracing != null) {
            found.put("systemCalls", tracing.finish());
        }
        return found;
    }

    /** Copies the log of all latencies, where one is wanted. */
    void keepHistograms(Path file) throws IOException {
        if (file != null) {
            Files.copy(run.directory().resolve(HISTOGRAMS), file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void say(Process child) throws IOException {
        child.getOutputStream().write('\n');
        child.getOutputStream().flush();
    }

    private static String follow(BufferedReader lines, long pid, OneWayPlan plan)
            throws IOException, InterruptedException {
        Progress progress = new Progress(plan.rounds() + plan.warmUps());
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(ROUND)) {
                progress.round(Integer.parseInt(line.substring(ROUND.length())) + plan.warmUps());
            } else if (line.equals(STALL)) {
                PosixSignals.kill(pid, PosixSignal.SIGSTOP);
                TimeUnit.NANOSECONDS.sleep(plan.stallNs());
                PosixSignals.kill(pid, PosixSignal.SIGCONT);
            } else {
                return line;
            }
        }
        throw BenchRun.failed();
    }

    private Process startEnd(Class<?> main, int cpu, OneWayPlan plan) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(cpu)));
        arguments.addAll(plan.toArguments());
        return run.start(main, arguments);
    }
}
