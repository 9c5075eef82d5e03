package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.run.BenchRun;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The parent's end of a child process that runs {@link ChildMain}. */
final class ChildProcess implements AutoCloseable {
    private final String role;
    private final Process process;
    private final BufferedWriter orders;
    private final BufferedReader answers;
    private final String pinned;

    private ChildProcess(String role, Process process) {
        this.role = role;
        this.process = process;
        this.orders = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.pinned = awaitLine(ChildMain.READY);
    }

    /**
     * Starts a child and waits until it is ready.
     *
     * @param cpu    processor to pin it to; −1 for none
     * @param prefix what stands before the flags of every child: a launcher, or nothing
     * @param flags  more flags for its JVM
     */
    static ChildProcess start(String role, int cpu, Map<String, ?> settings, List<String> prefix, List<String> flags)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ChildMain.flags());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName(), role,
                Integer.toString(cpu), Wire.line(settings)));
        return new ChildProcess(role,
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    String pinned() {
        return pinned;
    }

    long pid() {
        return process.pid();
    }

    /** Sends an order without waiting for the answer. */
    void send(String order, Map<String, ?> arguments) {
        try {
            orders.write(order + " " + Wire.line(arguments) + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the child has ended, see its message above: role=" + role, e);
        }
    }

    /** Waits for the answer to the last order. */
    Map<String, Object> answer() {
        return Wire.parse(awaitLine(ChildMain.DONE));
    }

    Map<String, Object> ask(String order, Map<String, ?> arguments) {
        send(order, arguments);
        return answer();
    }

    private String awaitLine(String start) {
        try {
            String line = answers.readLine();
            if (line == null || !line.startsWith(start)) {
                close();
                throw new IllegalStateException(
                        "a child failed, see its message above: role=" + role + " line=" + line);
            }
            return line.substring(start.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets it end in order, or ends it. */
    @Override
    public void close() {
        BenchRun.end(process);
    }
}
