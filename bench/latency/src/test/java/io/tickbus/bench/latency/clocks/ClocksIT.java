// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import static io.tickbus.bench.latency.BenchProcess.list;
import static io.tickbus.bench.latency.BenchProcess.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.BenchProcess;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, with clock sources of our own. */
@Timeout(180)
final class ClocksIT {
    @TempDir
    private Path sysfs;

    private void sources() throws IOException {
        Files.writeString(sysfs.resolve("current_clocksource"), "alpha\n");
        Files.writeString(sysfs.resolve("available_clocksource"), "alpha beta \n");
    }

    @Test
    void shouldMeasureEveryPathUnderEverySourceAndPutTheActiveOneBack() throws Exception {
        sources();
        Map<String, Object> report = BenchProcess.json("clocks", "--quick", "--json", "--switch-source", "--sysfs",
                sysfs.toString());
        List<Map<String, Object>> paths = list(report, "paths");
        assertEquals(Set.of("alpha", "beta"),
                paths.stream().map(path -> path.get("clockSource")).collect(Collectors.toSet()));
        String running = System.getProperty("java.version");
        Set<Object> names = paths.stream().filter(path -> running.equals(path.get("jdk")))
                .map(path -> path.get("path")).collect(Collectors.toSet());
        assertEquals(8, names.size(), names::toString);
        for (Map<String, Object> path : paths) {
            assertTrue(((Number) object(path, "costNs").get("p50")).doubleValue() > 0, path::toString);
        }
        assertEquals("alpha\n", Files.readString(sysfs.resolve("current_clocksource")));
    }

    @Test
    @Tag("soak")
    void shouldPutTheClockSourceBackWhenKilled() throws Exception {
        sources();
        ChildJvm bench = BenchProcess.start("clocks", "--switch-source", "--sysfs", sysfs.toString());
        Path file = sysfs.resolve("current_clocksource");
        while (!Files.readString(file).equals("beta\n")) {
            assertTrue(bench.isAlive(), "it ended before it switched");
            TimeUnit.MILLISECONDS.sleep(10);
        }
        List<ProcessHandle> children = bench.handle().descendants().toList();
        bench.kill();
        while (!Files.readString(file).equals("alpha\n") || children.stream().anyMatch(ProcessHandle::isAlive)) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void shouldSayWhyItCannotSwitch() throws Exception {
        ChildJvm bench = BenchProcess.start("clocks", "--switch-source", "--sysfs", sysfs.resolve("none").toString());
        assertEquals("", bench.rest());
        assertEquals(2, bench.exitCode());
    }
}
