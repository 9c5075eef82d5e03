// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user runs it: a process of its own with a child. */
@Timeout(120)
final class DemoIT {
    private static final int TERMINATED = 143;

    @TempDir
    private Path directory;

    private ChildJvm demo;

    @AfterEach
    void killDemo() {
        if (demo != null) {
            demo.close();
        }
    }

    private void start(Object... options) {
        Object[] all = new Object[3 + options.length];
        System.arraycopy(new Object[] {"demo", "--dir", directory.resolve("buses")}, 0, all, 0, 3);
        System.arraycopy(options, 0, all, 3, options.length);
        demo = Cli.start(directory, all);
    }

    @SuppressWarnings("unchecked")
    @Test
    void shouldReceiveEverySignalInEveryModeWhenRunAsJson() throws Exception {
        start("--seconds", "4", "--json");
        int exitCode = demo.exitCode();
        assertEquals(0, exitCode, demo::transcript);
        Map<String, Object> json = JSON.std.mapFrom(demo.rest());
        Map<String, Object> signals = (Map<String, Object>) json.get("signals");
        assertEquals(Map.of("published", 4000, "received", 4000, "lost", 0, "outOfOrder", 0, "duplicated", 0), signals);
        List<Map<String, Object>> modes = (List<Map<String, Object>>) json.get("modes");
        List<Object> names = modes.stream().map(mode -> mode.get("name")).toList();
        assertTrue(names.containsAll(List.of("predictive", "spin", "park")), names::toString);
        for (Map<String, Object> mode : modes) {
            assertTrue(((Number) mode.get("count")).longValue() > 0, mode::toString);
            for (String stats : List.of("latencyNs", "latenessNs")) {
                assertEquals(List.of("p50", "p90", "p99", "p999", "max"),
                        new ArrayList<>(((Map<String, Object>) mode.get(stats)).keySet()));
            }
            assertTrue(mode.containsKey("publisherCpuPercent") && mode.containsKey("subscriberCpuPercent"));
        }
        assertTrue(json.containsKey("hiccup") && json.containsKey("environment"));
        assertNothingLeft();
    }

    @Test
    void shouldLeaveNothingBehindWhenTerminated() throws Exception {
        start("--seconds", "60");
        await("the first statistics", () -> demo.transcript().contains("published"));
        List<ProcessHandle> children = demo.handle().descendants().toList();
        assertTrue(children.size() >= 1, children::toString);
        long toldNs = System.nanoTime();
        demo.terminate();
        int exitCode = demo.exitCode();
        assertTrue(exitCode == 1 || exitCode == TERMINATED, "exitCode=" + exitCode);
        // A demo that gets no processor gives up after ten seconds, and may then not have cleaned up.
        boolean hasGivenUp = exitCode == TERMINATED && System.nanoTime() - toldNs > TimeUnit.SECONDS.toNanos(9);
        await("the end of the children", () -> children.stream().noneMatch(ProcessHandle::isAlive));
        if (!hasGivenUp) {
            assertNothingLeft();
        }
    }

    @Test
    void shouldNotLeaveProcessesBehindWhenKilled() throws Exception {
        start("--seconds", "60");
        await("the first statistics", () -> demo.transcript().contains("published"));
        List<ProcessHandle> children = demo.handle().descendants().toList();
        demo.kill();
        await("the end of the children", () -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void shouldRefuseWhatItCannotDo() throws Exception {
        start("--seconds", "0");
        assertEquals(2, demo.exitCode());
        assertTrue(demo.errors().contains("seconds=0"), demo.errors());
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(String what, Condition condition) throws Exception {
        long giveUpNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < giveUpNs, () -> "no sign of " + what);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void assertNothingLeft() throws IOException {
        Path buses = directory.resolve("buses");
        if (Files.exists(buses)) {
            try (Stream<Path> left = Files.walk(buses)) {
                assertEquals(List.of(buses), left.toList());
            }
        }
        assertFalse(demo.errors().contains("Exception"), demo.errors());
    }
}
