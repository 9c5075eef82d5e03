// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The text on a terminal as narrow as a phone. */
@Timeout(60)
final class NarrowTablesIT {
    private static final int WIDTH = 60;

    /** Prints rows of several kinds, with the longest names that there are. */
    static final class Printer {
        private static final Map<String, Object> NS = Map.of("p50", 28_700, "p90", 31_900_000, "p99", 83_200_000,
                "p999", 104_000_000, "p9999", 104_000_000, "max", 1_040_000_000);

        private Printer() {
        }

        public static void main(String[] arguments) {
            BenchReport report = new BenchReport("rows");
            report.row(Map.of("name", "agrona-many-to-one", "ratioToFloor", Map.of("p50", 217.34), "latencyNs", NS,
                    "syscallsPerMessage", 16.25, "count", 120_000, "lost", 0));
            for (IdleStates each : IdleStates.values()) {
                report.row(Map.of("name", "tickbus-predictive", "gapNs", 100_000, "idleStates", each.label(),
                        "cpuPercent", Map.of("receiver", 99.9), "latencyNs", NS, "count", 6_000, "lost", 0));
            }
            report.row(Map.of("name", "tickbus-hybrid-predictive random-10000", "latenessNs", NS, "count", 60_000,
                    "lost", 0, "early", 0));
            report.row(Map.of("name", "JNA interface clock_gettime", "path", "JNA interface clock_gettime", "jdk",
                    "17.0.15", "clockSource", "kvm-clock", "costNs", Map.of("p50", 291.5), "resolutionNs", 20));
            report.print(false);
        }
    }

    @Test
    void shouldCutNoColumn() {
        try (ChildJvm child = new ChildJvm.Builder(Path.of(""), Printer.class, List.of())
                .environment(Map.of("COLUMNS", Integer.toString(WIDTH))).start()) {
            List<String> tables = child.rest().lines().takeWhile(line -> !line.startsWith("hiccups")).toList();
            assertEquals(0, child.exitCode());
            tables.forEach(line -> assertTrue(line.length() <= WIDTH, line));
            String text = String.join("\n", tables);
            for (String heading : List.of("TIMES FLOOR", "P99.9", "CALLS", "LOST", "CPU", "EARLY", "RESOLUTION")) {
                assertTrue(text.contains(heading), heading);
            }
            assertTrue(text.contains("idle states allowed:") && text.contains("idle states forbidden:"), text);
        }
    }
}
