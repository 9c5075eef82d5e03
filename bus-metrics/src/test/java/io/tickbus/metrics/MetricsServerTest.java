// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MetricsServerTest {
    private static final String PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
            + "encoding=delimited";
    private static final int NICE_FIELD = 16;

    @TempDir
    Path root;

    private MetricsServer start(int port, boolean isInDaemon) {
        return MetricsServer.start(MetricsServer.DEFAULT_ADDRESS, port, () -> List.of(BusDirectory.at(root, "bus")),
                isInDaemon);
    }

    private static HttpResponse<String> get(MetricsServer server, String accept)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port()
                + "/metrics")).header("Accept", accept).build(), BodyHandlers.ofString());
    }

    private static String type(HttpResponse<String> response) {
        assertEquals(200, response.statusCode());
        return response.headers().firstValue("Content-Type").orElse("");
    }

    @Test
    void shouldServeEachFormat() throws Exception {
        try (MetricsServer server = start(0, false)) {
            HttpResponse<String> text = get(server, "text/plain");
            assertTrue(text.body().contains("\ntickbus_up{bus=\"bus\"} 0"), text.body());
            assertTrue(type(text).startsWith("text/plain"), type(text));
            assertTrue(!text.body().contains("jvm_"), text.body());
            HttpResponse<String> open = get(server, "application/openmetrics-text");
            assertTrue(type(open).startsWith("application/openmetrics-text"), type(open));
            assertTrue(open.body().endsWith("# EOF\n"), open.body());
            HttpResponse<String> binary = get(server, PROTOBUF);
            assertTrue(type(binary).startsWith("application/vnd.google.protobuf"), type(binary));
        }
    }

    @Test
    void shouldServeWhatBecameOfPrograms() throws Exception {
        RunMetrics runs = new RunMetrics("md");
        runs.ended("backup.sh", "exited", 3, 1_500_000_000);
        runs.ended("backup.sh", "exited", 3, 1_000_000_000);
        runs.ended("backup.sh", "not_started", -1, 0);
        runs.skipped("backup.sh");
        try (MetricsServer server = runs.serve(0)) {
            String body = get(server, "text/plain").body();
            for (String line : List.of(
                    "tickbus_runs_total{bus=\"md\",code=\"3\",job=\"backup.sh\",outcome=\"exited\"} 2.0",
                    "tickbus_runs_total{bus=\"md\",code=\"\",job=\"backup.sh\",outcome=\"not_started\"} 1.0",
                    "tickbus_runs_skipped_total{bus=\"md\",job=\"backup.sh\"} 1.0",
                    "tickbus_run_duration_seconds_bucket{bus=\"md\",job=\"backup.sh\",le=\"1.0\"} 2",
                    "tickbus_run_duration_seconds_sum{bus=\"md\",job=\"backup.sh\"} 2.5")) {
                assertTrue(body.contains("\n" + line + "\n"), body);
            }
        }
    }

    @Test
    void shouldServeJvmWhenAsked() throws Exception {
        try (MetricsServer server = start(0, true)) {
            String body = get(server, "text/plain").body();
            assertTrue(body.contains("\njvm_memory_used_bytes{"), body);
            assertTrue(body.contains("\njvm_gc_collection_seconds_count{"), body);
        }
    }

    @Test
    void shouldSayWhatToDoWhenPortIsTaken() {
        try (MetricsServer server = start(0, false)) {
            BusException refusal = assertThrows(BusException.class, () -> start(server.port(), false).close());
            assertEquals(BusException.Reason.SYSTEM, refusal.reason());
            assertTrue(refusal.getMessage().matches("metrics at 127.0.0.1:\\d+: .*; choose a free port.*"),
                    refusal.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> start(65_536, false).close());
    }

    @Test
    void shouldServeWithThreadsOfLowestPriorityInDaemon() throws Exception {
        Assumptions.assumeTrue(Platforms.current().hasFutex(), "only the native platform lowers priorities");
        try (MetricsServer server = start(0, true)) {
            get(server, "text/plain");
            List<String> found = new ArrayList<>();
            try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
                for (Path task : tasks) {
                    String stat = Files.readString(task.resolve("stat"));
                    String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    if (stat.contains("(tickbus-metrics") || stat.contains("(HTTP-Dispatcher")) {
                        found.add(afterName[NICE_FIELD]);
                    }
                }
            }
            assertTrue(found.size() >= 2, () -> "threads=" + found);
            assertTrue(found.stream().allMatch("19"::equals), () -> "priorities=" + found);
        }
    }
}
