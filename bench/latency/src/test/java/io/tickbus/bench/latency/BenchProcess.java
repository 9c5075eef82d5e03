// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The benchmarks as a user runs them: a process of their own. */
public final class BenchProcess {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final long LEAST_SHARED_BYTES = 256L << 20;

    private BenchProcess() {
    }

    public static ChildJvm start(String... arguments) {
        return new ChildJvm.Builder(Path.of(""), Latency.class, List.of(arguments)).accessFlagsOfThisJvm()
                .timeout(TIMEOUT).start();
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

    /** Runs it to a good end. */
    public static Map<String, Object> json(String... arguments) throws IOException {
        try (ChildJvm bench = start(arguments)) {
            assertEquals(0, bench.exitCode(), bench::transcript);
            return JSON.std.mapFrom(bench.rest());
        }
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
