package io.tickbus.posix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the same class path, whose output (both streams) can be read line by line. */
final class ForkedJvm implements AutoCloseable {
    private static final int NATIVE_ACCESS_SINCE = 24;

    private final Process process;
    private final BufferedReader output;

    private ForkedJvm(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** {@code prefix} goes before the {@code java} command, {@code options} after it. */
    static ForkedJvm start(List<String> prefix, List<String> options, Class<?> main) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        boolean isDecided = options.stream().anyMatch(option -> option.startsWith("--enable-native-access"));
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE && !isDecided) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.add(main.getName());
        return new ForkedJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    long pid() {
        return process.pid();
    }

    /** The next line; null at the end. */
    String line() throws IOException {
        return output.readLine();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
