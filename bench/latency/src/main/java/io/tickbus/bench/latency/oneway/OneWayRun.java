package io.tickbus.bench.latency.oneway;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.transport.Transports;
import io.tickbus.core.platform.Platforms;
import io.tickbus.posix.HostFacts;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs a plan: prepares what its transports need, starts the two pinned processes, stops one where the plan says so,
 * has the system calls traced, and clears everything away, however it ends.
 */
final class OneWayRun implements AutoCloseable {
    static final String READY = "READY ";
    static final String ROUND = "ROUND ";
    static final String STALL = "STALL";
    static final String COUNTING = "COUNTING";
    static final String RESULT = "RESULT ";
    static final String HISTOGRAMS = "latency.hlog";
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long FAREWELL_S = 5;

    private final Path directory;
    private final Guardian guardian;
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final Map<String, Object> environment = new LinkedHashMap<>(HostFacts.read());
    private final List<Process> processes = new ArrayList<>();

    private OneWayRun(Path directory, Guardian guardian) {
        this.directory = directory;
        this.guardian = guardian;
    }

    static OneWayRun open() throws IOException {
        Path parent = Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        Path directory = Files.createTempDirectory(parent, "tickbus-bench-");
        return new OneWayRun(directory, Guardian.of(directory));
    }

    Path directory() {
        return directory;
    }

    /** What was left out, and why. */
    Map<String, String> leftOut() {
        return leftOut;
    }

    Map<String, Object> environment() {
        return environment;
    }

    /** Those of the transports that can run here. */
    List<Transports> available(List<Transports> wanted) throws IOException, InterruptedException {
        List<Transports> available = new ArrayList<>();
        for (Transports transport : wanted) {
            Optional<String> reason = transport.prepare(directory);
            if (reason.isPresent()) {
                leftOut.put(transport.label(), reason.get());
                System.err.println(transport.label() + " is left out: " + reason.get());
            } else {
                available.add(transport);
            }
        }
        return available;
    }

    /** Runs the plan: what the receiver found, with what the sender used. */
    Map<String, Object> run(OneWayPlan plan, boolean isPinned) throws IOException, InterruptedException {
        if (plan.legs().stream().anyMatch(leg -> leg.transport().needsDriver())) {
            BufferedReader driver = lines(start("io.tickbus.bench.latency.transport.AeronDriver",
                    List.of(directory.toString())));
            expect(driver.readLine(), READY);
        }
        int[] cpus = isPinned ? Platforms.current().affinity() : new int[0];
        int last = cpus.length - 1;
        Process sender = startEnd("OneWaySender", last < 0 ? -1 : cpus[Math.max(0, last - 1)], plan);
        BufferedReader senderLines = lines(sender);
        environment.put("senderPinned", expect(senderLines.readLine(), READY));
        Process receiver = startEnd("OneWayReceiver", last < 0 ? -1 : cpus[last], plan);
        BufferedReader receiverLines = lines(receiver);
        environment.put("receiverPinned", expect(receiverLines.readLine(), READY));
        String result = follow(receiverLines, receiver.pid(), plan);
        Tracing tracing = null;
        if (result.equals(COUNTING)) {
            expect(senderLines.readLine(), COUNTING);
            tracing = Tracing.start(plan, sender, receiver, leftOut);
            say(sender);
            say(receiver);
            result = follow(receiverLines, receiver.pid(), plan);
        }
        String sent = senderLines.readLine();
        Map<String, Object> found = JSON.std.mapFrom(expect(result, RESULT));
        found.put("sender", JSON.std.mapFrom(expect(sent, RESULT)));
        if (tracing != null) {
            found.put("systemCalls", tracing.finish());
        }
        return found;
    }

    private static void say(Process child) throws IOException {
        child.getOutputStream().write('\n');
        child.getOutputStream().flush();
    }

    private String follow(BufferedReader lines, long pid, OneWayPlan plan) throws IOException, InterruptedException {
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
        throw failed();
    }

    private static IllegalStateException failed() {
        return new IllegalStateException("a process of the benchmark failed, see its message above");
    }

    private static String expect(String line, String start) {
        if (line == null || !line.startsWith(start)) {
            throw failed();
        }
        return line.substring(start.length());
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private Process startEnd(String main, int cpu, OneWayPlan plan) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(cpu)));
        arguments.addAll(plan.toArguments());
        return start(getClass().getPackageName() + "." + main, arguments);
    }

    private Process start(String main, List<String> arguments) throws IOException {
        boolean isBlocking = !leftOut.containsKey(Transports.KILL_SIGWAIT.label());
        List<String> command = new ArrayList<>(isBlocking ? Transports.blockingPrefix() : List.of());
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ChildFlags.all());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(process);
        return process;
    }

    /** Ends all processes and clears away. */
    @Override
    public void close() throws IOException {
        for (int i = processes.size() - 1; i >= 0; i--) {
            end(processes.get(i));
        }
        Transports.clearAway(directory);
        guardian.close();
    }

    private static void end(Process process) {
        try {
            process.getOutputStream().close();
            if (process.waitFor(FAREWELL_S, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // It is gone already.
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
