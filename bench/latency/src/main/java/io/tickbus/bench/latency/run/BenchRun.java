package io.tickbus.bench.latency.run;

import io.tickbus.bench.latency.transport.Transports;
import io.tickbus.core.platform.Platforms;
import io.tickbus.posix.HostFacts;
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
import java.util.concurrent.TimeUnit;

/**
 * One run of a benchmark: its private directory, its child processes, where it runs and what it leaves out. Whatever
 * ends it, the children end too and the directory is cleared away.
 */
public final class BenchRun implements AutoCloseable {
    /** How a child says that it is ready; the processors where it may run follow. */
    public static final String READY = "READY ";
    /** How it gives its result, a JSON object. */
    public static final String RESULT = "RESULT ";
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long FAREWELL_S = 5;

    private final Path directory;
    private final Guardian guardian;
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final Map<String, Object> environment = new LinkedHashMap<>(HostFacts.read());
    private final List<Process> processes = new ArrayList<>();

    private BenchRun(Path directory, Guardian guardian) {
        this.directory = directory;
        this.guardian = guardian;
    }

    /** Makes the directory, in shared memory where there is some. */
    public static BenchRun open() throws IOException {
        Path parent = Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        Path directory =
                Files.createTempDirectory(parent, "tickbus-bench-" + ProcessHandle.current().pid() + "-");
        return new BenchRun(directory, Guardian.clearing(directory));
    }

    /** The private directory. */
    public Path directory() {
        return directory;
    }

    /** Says on standard error, and in the report, what is left out and why. */
    public void leaveOut(String what, String why) {
        leftOut.put(what, why);
        System.err.println(what + " is left out: " + why);
    }

    /** Whether something is left out. */
    public boolean isLeftOut(String what) {
        return leftOut.containsKey(what);
    }

    /** What is left out, for the report. */
    public List<Map<String, String>> leftOut() {
        List<Map<String, String>> list = new ArrayList<>();
        leftOut.forEach((what, why) -> list.add(Map.of("what", what, "why", why)));
        return list;
    }

    /** Where it runs; may be added to. */
    public Map<String, Object> environment() {
        return environment;
    }

    /** The processor for who sends; −1 without pinning. */
    public static int senderCpu(boolean isPinned) {
        int[] cpus = isPinned ? Platforms.current().affinity() : new int[0];
        return cpus.length == 0 ? -1 : cpus[Math.max(0, cpus.length - 2)];
    }

    /** The processor for who receives; −1 without pinning. */
    public static int receiverCpu(boolean isPinned) {
        int[] cpus = isPinned ? Platforms.current().affinity() : new int[0];
        return cpus.length == 0 ? -1 : cpus[cpus.length - 1];
    }

    /** Starts a child JVM; its errors go to ours. */
    public Process start(Class<?> main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(
                isLeftOut(Transports.KILL_SIGWAIT.label()) ? List.of() : Transports.blockingPrefix());
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ChildFlags.all());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(process);
        return process;
    }

    /** Child: waits until its parent has said something. */
    public static void awaitWord() throws IOException {
        if (System.in.read() < 0) {
            throw new IOException("the parent is gone");
        }
    }

    /** What a child says. */
    public static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The rest of a line that must begin so. */
    public static String expect(String line, String start) {
        if (line == null || !line.startsWith(start)) {
            throw failed();
        }
        return line.substring(start.length());
    }

    /** For when a child has ended too early. */
    public static IllegalStateException failed() {
        return new IllegalStateException("a process of the benchmark failed, see its message above");
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

    /** Lets a child end by closing its input, or ends it. */
    public static void end(Process process) {
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
