// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Prometheus's own tool accepts what is in deploy/prometheus, and its unit tests of the rules pass. */
@Timeout(120)
class PrometheusRulesTest {
    private static final Path FOLDER = ProjectFiles.root().resolve("deploy/prometheus");

    @BeforeAll
    static void requirePromtool() {
        boolean isThere;
        try {
            isThere = run("--version").startsWith("0 ");
        } catch (IOException e) {
            isThere = false;
        }
        if (!isThere) {
            System.out.println("PrometheusRulesTest skipped: there is no promtool on the PATH (Debian's package is"
                    + " prometheus)");
        }
        Assumptions.assumeTrue(isThere, "no promtool");
    }

    /** Its exit code and output. */
    private static String run(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("promtool").directory(FOLDER.toFile()).redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        Process process = builder.start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "promtool does not end");
            return process.exitValue() + " " + output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void assertAccepted(String... arguments) throws IOException {
        String output = run(arguments);
        assertEquals('0', output.charAt(0), output);
    }

    @Test
    void shouldAcceptConfiguration() throws IOException {
        assertAccepted("check", "config", "prometheus.yml");
    }

    @Test
    void shouldRaiseAlertsForWhatTheyAreForAndNothingElse() throws IOException {
        assertAccepted("test", "rules", "tickbus.rules.test.yml");
    }
}
