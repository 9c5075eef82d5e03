package io.tickbus.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
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

    private Process demo;

    @AfterEach
    void killDemo() throws InterruptedException {
        if (demo != null) {
            demo.descendants().forEach(ProcessHandle::destroyForcibly);
            demo.destroyForcibly().waitFor();
        }
    }

    private void start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-cp",
                System.getProperty("java.class.path"), "io.tickbus.cli.Tickbus", "demo", "--dir",
                directory.resolve("buses").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        demo = builder.start();
    }

    private String text(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    @SuppressWarnings("unchecked")
    @Test
    void shouldReceiveEverySignalInEveryModeWhenRunAsJson() throws Exception {
        start("--seconds", "4", "--json");
        int exitCode = demo.waitFor();
        assertEquals(0, exitCode, () -> "see " + directory);
        Map<String, Object> json = JSON.std.mapFrom(text("out"));
        Map<String, Object> signals = (Map<String, Object>) json.get("signals");
        assertEquals(Map.of("published", 4000, "received", 4000, "lost", 0, "outOfOrder", 0, "duplicated", 0), signals);
        List<Map<String, Object>> modes = (List<Map<String, Object>>) json.get("modes");
        List<Object> names = modes.stream().map(mode -> mode.get("name")).toList();
        assertTrue(names.containsAll(List.of("predictive", "spin", "park")), names::toString);
        for (Map<String, Object> mode : modes) {
            assertTrue(((Number) mode.get("count")).longValue() > 0, mode::toString);
            for (String figures : List.of("latencyNs", "latenessNs")) {
                assertEquals(List.of("p50", "p90", "p99", "p999", "max"),
                        new ArrayList<>(((Map<String, Object>) mode.get(figures)).keySet()));
            }
            assertTrue(mode.containsKey("publisherCpuPercent") && mode.containsKey("subscriberCpuPercent"));
        }
        assertTrue(json.containsKey("hiccup") && json.containsKey("environment"));
        assertNothingLeft();
    }

    @Test
    void shouldLeaveNothingBehindWhenTerminated() throws Exception {
        start("--seconds", "60");
        await("the first figures", () -> text("out").contains("published"));
        List<ProcessHandle> children = demo.descendants().toList();
        assertTrue(children.size() >= 1, children::toString);
        long toldNs = System.nanoTime();
        demo.destroy();
        int exitCode = demo.waitFor();
        assertTrue(exitCode == 1 || exitCode == TERMINATED, "exitCode=" + exitCode);
        // A demo that is starved gives up after ten seconds, and then may not have cleared away.
        boolean hasGivenUp = exitCode == TERMINATED && System.nanoTime() - toldNs > TimeUnit.SECONDS.toNanos(9);
        await("the end of the children", () -> children.stream().noneMatch(ProcessHandle::isAlive));
        if (!hasGivenUp) {
            assertNothingLeft();
        }
    }

    @Test
    void shouldNotLeaveProcessesBehindWhenKilled() throws Exception {
        start("--seconds", "60");
        await("the first figures", () -> text("out").contains("published"));
        List<ProcessHandle> children = demo.descendants().toList();
        demo.destroyForcibly().waitFor();
        await("the end of the children", () -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void shouldRefuseWhatItCannotDo() throws Exception {
        start("--seconds", "0");
        assertEquals(2, demo.waitFor());
        assertTrue(text("err").contains("seconds=0"), text("err"));
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
        assertFalse(text("err").contains("Exception"), text("err"));
    }
}
