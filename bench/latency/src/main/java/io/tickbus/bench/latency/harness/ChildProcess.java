// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The parent's end of a child process that runs {@link ChildMain}. */
public final class ChildProcess implements AutoCloseable {
    private static final long TIMEOUT_S = 5;

    private final String name;
    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;
    private final String pinned;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.orders = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.pinned = awaitLine(ChildMain.READY);
    }

    static ChildProcess start(Class<? extends ChildRole> role, int cpu, Map<String, ?> settings, JvmLaunch jvm)
            throws IOException {
        return new ChildProcess(name(role, settings), jvm.start(ChildMain.class.getName(),
                List.of(role.getName(), Integer.toString(cpu), JsonLines.line(settings))));
    }

    /** That of the role, or of what it works on where the settings name that. */
    private static String name(Class<?> role, Map<String, ?> settings) {
        if (settings.get("target") instanceof String target) {
            return target;
        }
        String name = role.getSimpleName().replace("Role", "");
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /** The name under which reports tell where it may run. */
    public String name() {
        return name;
    }

    /** The processors where it may run, as the child reads them back. */
    public String pinned() {
        return pinned;
    }

    /** The process's number. */
    public long pid() {
        return process.pid();
    }

    boolean hasEnded() {
        return !process.isAlive();
    }

    /** Sends an order without waiting for the answer. */
    public void send(String order, Map<String, ?> arguments) {
        try {
            orders.write(order + " " + JsonLines.line(arguments) + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a child process has ended, see its message above: role=" + name, e);
        }
    }

    /** Waits for the answer to the last order. */
    public Map<String, Object> answer() {
        return JsonLines.parse(awaitLine(ChildMain.DONE));
    }

    /** Sends an order and waits for its answer. */
    public Map<String, Object> ask(String order, Map<String, ?> arguments) {
        send(order, arguments);
        return answer();
    }

    private String awaitLine(String start) {
        try {
            String line = answers.readLine();
            if (line == null || !line.startsWith(start)) {
                close();
                throw new IllegalStateException(
                        "a child process failed, see its message above: role=" + name);
            }
            return line.substring(start.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets it end by closing its input, or kills it. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // It has ended already.
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
