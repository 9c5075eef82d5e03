package io.tickbus.cli.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The demo's side of the subscriber process; see {@link DemoSubscriber} for the protocol. */
final class DemoChild implements AutoCloseable {
    private static final long GRACE_S = 2;
    private static final long TIMEOUT_S = 60;
    private static final String NAME = "the demo's subscriber process";

    private final Process process;
    private final Runnable onEnd;
    private final CompletableFuture<Map<String, Object>> ready = new CompletableFuture<>();
    private final CompletableFuture<Map<String, Object>> result = new CompletableFuture<>();
    private volatile Map<String, Object> latest = Map.of();

    private DemoChild(Process process, Runnable onEnd) {
        this.process = process;
        this.onEnd = onEnd;
    }

    /** Starts this very program again; runs the action when that has ended. */
    static DemoChild start(List<String> prefix, List<String> arguments, Runnable onEnd) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(ProcessHandle.current().info().command().orElse(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx256m"));
        String classPath = System.getProperty("java.class.path");
        boolean isJar = classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"));
        command.addAll(isJar ? List.of("-jar", classPath) : List.of("-cp", classPath, "io.tickbus.cli.Tickbus"));
        command.addAll(arguments);
        DemoChild child = new DemoChild(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start(), onEnd);
        Thread reader = new Thread(child::read, "demo-reader");
        reader.setDaemon(true);
        reader.start();
        return child;
    }

    private void read() {
        String why = "it ended before it was done";
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                latest = JSON.std.mapFrom(line);
                ready.complete(latest);
            }
            if (process.waitFor() == Tickbus.DONE) {
                result.complete(latest);
            }
        } catch (IOException e) {
            why = BusException.why(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        BusException failure = new BusException(Reason.SYSTEM, NAME, why, "see its message above");
        ready.completeExceptionally(failure);
        result.completeExceptionally(failure);
        onEnd.run();
    }

    /** Sends the schedule. */
    void begin(DemoSchedule schedule) throws IOException {
        OutputStream out = process.getOutputStream();
        out.write((schedule.toText() + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** What the process is. */
    Map<String, Object> awaitReady() throws InterruptedException {
        return await(ready);
    }

    /** All figures, at its end. */
    Map<String, Object> awaitResult() throws InterruptedException {
        return await(result);
    }

    private static Map<String, Object> await(CompletableFuture<Map<String, Object>> what) throws InterruptedException {
        try {
            return what.get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BusException known ? known : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new BusException(Reason.SYSTEM, NAME, "no answer within " + TIMEOUT_S + " s",
                    "try again on a quieter host");
        }
    }

    /** The newest figures. */
    Map<String, Object> latest() {
        return latest;
    }

    /** Lets the process end by itself, and kills it where it does not. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (process.waitFor(GRACE_S, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // It has ended already.
            System.getLogger(DemoChild.class.getName()).log(System.Logger.Level.DEBUG, "not closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
