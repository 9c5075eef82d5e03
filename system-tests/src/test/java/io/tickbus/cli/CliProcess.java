package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One command in a JVM of its own, over the built classes. Its standard error goes to a file. */
final class CliProcess implements AutoCloseable {
    private static final int PATIENCE_S = 30;
    private static final int NATIVE_ACCESS_SINCE = 24;

    private final Process process;
    private final Path errors;
    private final BufferedReader out;

    private CliProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static CliProcess start(Path folder, Object... args) throws IOException {
        return start(folder, Map.of(), args);
    }

    static CliProcess start(Path folder, Map<String, String> environment, Object... args) throws IOException {
        return start(folder, environment, List.of(), Tickbus.class, args);
    }

    /** Under a command that runs the rest of its line, such as {@code unshare}. */
    static CliProcess under(List<String> prefix, Path folder, Class<?> main, Object... args) throws IOException {
        return start(folder, Map.of(), prefix, main, args);
    }

    private static CliProcess start(Path folder, Map<String, String> environment, List<String> prefix, Class<?> main,
            Object... args) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED",
                "--add-exports", "java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-exports", "java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-opens", "java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens", "jdk.unsupported/sun.misc=ALL-UNNAMED"));
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add(main.getName());
        for (Object arg : args) {
            command.add(arg.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return start(folder, builder);
    }

    /** A program that is one source file, compiled and run by the JVM as its user would; with an environment. */
    static CliProcess source(Path folder, Map<String, String> environment, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.addAll(args);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return start(folder, builder);
    }

    private static CliProcess start(Path folder, ProcessBuilder builder) throws IOException {
        // The JVM says on standard error that it has taken them.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Path errors = Files.createTempFile(folder, "stderr-", ".txt");
        return new CliProcess(builder.redirectError(errors.toFile()).start(), errors);
    }

    long pid() {
        return process.pid();
    }

    /** The next line; null at the end. */
    String line() throws IOException {
        return out.readLine();
    }

    /** The rest of its output, which must be one JSON object. */
    Map<String, Object> json() throws IOException {
        StringBuilder json = new StringBuilder();
        for (String next = line(); next != null; next = line()) {
            json.append(next);
        }
        return JSON.std.mapFrom(json.toString());
    }

    Map<String, Object> jsonLine() throws IOException {
        String line = line();
        assertTrue(line != null, () -> "no more output; standard error: " + errors());
        return JSON.std.mapFrom(line);
    }

    /** As Ctrl-C or a service manager do it. Through the handle, since the process itself closes its streams too. */
    void terminate() {
        assertTrue(process.toHandle().destroy());
    }

    void kill() {
        assertTrue(process.toHandle().destroyForcibly());
    }

    /** Closes the reading end of its standard output. */
    void closeOutput() throws IOException {
        process.getInputStream().close();
    }

    int exitCode() throws InterruptedException {
        assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), () -> "still running; standard error: " + errors());
        return process.exitValue();
    }

    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
