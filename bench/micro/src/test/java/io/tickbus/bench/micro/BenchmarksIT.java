// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs every benchmark once with every parameter but the large numbers of timers, so that none rots. What it measures
 * that way means nothing.
 */
@Timeout(180)
class BenchmarksIT {
    private static final long TIMEOUT_S = 150;

    @Test
    void shouldRunEveryBenchmark() throws Exception {
        Path log = Path.of(System.getProperty("benchmarks.jar")).resolveSibling("benchmarks-it.txt");
        int exitCode = run(log, "-f", "0", "-wi", "0", "-i", "1", "-r", "1ms", "-foe", "true",
                "-p", "pending=10000");
        String output = Files.readString(log);
        assertEquals(0, exitCode, output);
        assertTrue(output.contains("# Run complete."), output);
    }

    private static int run(Path log, String... options) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar", System.getProperty("benchmarks.jar"));
        builder.command().addAll(List.of(options));
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile())
                .redirectInput(new File("/dev/null")).start();
        try {
            if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new AssertionError("the benchmarks did not end within " + TIMEOUT_S + " s:\n"
                        + Files.readString(log));
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
