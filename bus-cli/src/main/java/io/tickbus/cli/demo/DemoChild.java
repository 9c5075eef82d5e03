package io.tickbus.cli.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The demo's side of one child process; see {@link ChildLink} for the protocol. */
final class DemoChild implements AutoCloseable {
    private static final long GRACE_S = 2;

    private final String name;
    private final Process process;
    private final CompletableFuture<Map<String, Object>> ready = new CompletableFuture<>();
    private final CompletableFuture<Map<String, Object>> result = new CompletableFuture<>();
    private volatile Map<String, Object> progress = Map.of();

    private DemoChild(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread reader = new Thread(this::read, "demo-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts this very program again with other arguments. */
    static DemoChild start(String name, List<String> prefix, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(ProcessHandle.current().info().command()
                .orElse(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx256m"));
        String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"))) {
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, "io.tickbus.cli.Tickbus"));
        }
        command.addAll(arguments);
        return new DemoChild(name,
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                accept(line);
            }
        } catch (IOException e) {
            ended(e);
        }
        ended(null);
    }

    private void accept(String line) throws IOException {
        int space = line.indexOf(' ');
        Map<String, Object> object = JSON.std.mapFrom(line.substring(space + 1));
        switch (line.substring(0, space)) {
            case ChildLink.READY -> ready.complete(object);
            case ChildLink.PROGRESS -> progress = object;
            case ChildLink.RESULT -> {
                progress = object;
                result.complete(object);
            }
            default -> throw new IOException("unknown line: " + line);
        }
    }

    private void ended(IOException cause) {
        BusException failure = new BusException(Reason.SYSTEM, "the demo's " + name + " process",
                cause == null ? "it ended before it was done" : BusException.why(cause), "see its message above");
        ready.completeExceptionally(failure);
        result.completeExceptionally(failure);
    }

    void begin(String line) throws IOException {
        OutputStream out = process.getOutputStream();
        out.write((ChildLink.START + line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    Map<String, Object> awaitReady(long timeoutS) throws InterruptedException {
        return await(ready, timeoutS);
    }

    Map<String, Object> awaitResult(long timeoutS) throws InterruptedException {
        return await(result, timeoutS);
    }

    boolean hasResult() {
        return result.isDone();
    }

    private Map<String, Object> await(CompletableFuture<Map<String, Object>> what, long timeoutS)
            throws InterruptedException {
        try {
            return what.get(timeoutS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BusException known ? known : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new BusException(Reason.SYSTEM, "the demo's " + name + " process",
                    "no answer within " + timeoutS + " s", "try again on a quieter host");
        }
    }

    /** The newest figures. */
    Map<String, Object> progress() {
        return progress;
    }

    /** Lets the child end by itself, and kills it where it does not. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already.
            process.destroyForcibly();
        }
        try {
            if (!process.waitFor(GRACE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(GRACE_S, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
