package io.tickbus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The benchmarks as a user runs them: a process of their own. */
public final class BenchProcess {
    private static final long LEAST_SHARED_BYTES = 256L << 20;

    private BenchProcess() {
    }

    public static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), "io.tickbus.bench.latency.Latency"));
        if (Runtime.version().feature() >= 24) {
            command.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        return builder.start();
    }

    /** Skips what needs the rings of many transports at once: without room for them it would end by SIGBUS. */
    public static void assumeSharedMemory() throws IOException {
        Path memory = Path.of("/dev/shm");
        boolean isEnough = !Files.isDirectory(memory)
                || Files.getFileStore(memory).getUsableSpace() >= LEAST_SHARED_BYTES;
        String reason = "skipped: less than " + (LEAST_SHARED_BYTES >> 20) + " MiB are free in " + memory;
        if (!isEnough) {
            System.out.println(reason);
        }
        assumeTrue(isEnough, reason);
    }

    public static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Runs it to a good end. */
    public static Map<String, Object> json(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String output = output(process);
        assertEquals(0, process.waitFor(), output);
        return JSON.std.mapFrom(output);
    }

    @SuppressWarnings("unchecked")
    public static List<Map<String, Object>> list(Map<String, Object> map, String key) {
        return (List<Map<String, Object>>) map.get(key);
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(Map<String, Object> map, String key) {
        return (Map<String, Object>) map.get(key);
    }

    public static long number(Map<String, Object> map, String key) {
        return ((Number) map.get(key)).longValue();
    }
}
