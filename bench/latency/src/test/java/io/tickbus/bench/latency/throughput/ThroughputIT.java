// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.throughput;

import static io.tickbus.bench.latency.BenchProcess.list;
import static io.tickbus.bench.latency.BenchProcess.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.BenchProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every transport at full speed, shortly. */
@Timeout(180)
final class ThroughputIT {
    @Test
    void shouldLoseNothing() throws Exception {
        BenchProcess.assumeSharedMemory();
        Map<String, Object> report = BenchProcess.json("throughput", "--json", "--slices", "1", "--passes", "1",
                "--readers", "1,2");
        List<Map<String, Object>> runs = list(report, "runs");
        assertEquals(11, runs.size() + 2 * list(report, "leftOut").size());
        for (Map<String, Object> run : runs) {
            assertEquals(0, number(run, "lost"), run::toString);
            assertTrue(number(run, "received") > 0, run::toString);
            assertTrue(number(run, "messagesPerSecond") > 0, run::toString);
        }
    }
}
