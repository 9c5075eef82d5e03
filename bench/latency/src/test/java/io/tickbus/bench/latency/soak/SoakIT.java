// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.BenchProcess;
import io.tickbus.testkit.ChildJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command itself, for a moment: too short for a verdict on growth, so that this is all it has to say. */
@Timeout(120)
@Tag("soak")
final class SoakIT {
    @Test
    void shouldCountEachSignalWhileClientsComeAndGo() throws Exception {
        try (ChildJvm bench = BenchProcess.start("soak", "--signals", "100000", "--rate", "50000", "--clients", "2",
                "--interval", "1")) {
            String output = bench.rest();
            assertTrue(output.lines().filter(line -> line.startsWith("WRONG"))
                    .allMatch(line -> line.contains("too few intervals")) && output.contains("threads"), output);
        }
    }
}
