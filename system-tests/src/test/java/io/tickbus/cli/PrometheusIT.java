// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.metrics.SubscriberCollector;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import io.tickbus.subscriber.SubscriberStatistics;
import io.tickbus.testkit.ChildJvm;
import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus scrapes a daemon that fires: every query of the dashboard returns data, quantiles agree with those
 * of a subscriber, and a stall raises its alert. {@code -Dtickbus.metrics.rate=12847} fires that often a second.
 */
@Timeout(300)
class PrometheusIT {
    private static final int RATE = Integer.getInteger("tickbus.metrics.rate", 3_000);
    private static final int SIGNALS = 5;
    private static final long CALL_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int PER_TIMER = 1_000;
    /** Bounds of native buckets grow by 2^(1/8), and ours are no wider than a 16th. */
    private static final double NATIVE_BUCKET = Math.pow(2, 1.0 / 8) * (1 + 1.0 / 16);

    @TempDir
    Path folder;

    private final Histogram observed = new ConcurrentHistogram(3);
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final SubscriberStatistics statistics = new SubscriberStatistics();

    @BeforeAll
    static void requirePrometheus() {
        boolean isThere = PrometheusProcess.isInstalled();
        if (!isThere) {
            System.out.println("PrometheusIT skipped: there is no prometheus on the PATH; Debian has a package");
        }
        Assumptions.assumeTrue(isThere, "no prometheus");
    }

    @Test
    void shouldShowWhatTheDaemonDoes() throws Exception {
        Path root = folder.resolve("root");
        BusDirectory directory = BusDirectory.at(root, "bus");
        int daemonPort = PrometheusProcess.freePort();
        try (ChildJvm exporter = Cli.start(folder, "metrics", "bus", "--dir", root, "--port", 0);
                ChildJvm daemon = Cli.start(folder, "daemon", "--bus", "bus", "--dir", root, "--metrics-port",
                        daemonPort);
                HTTPServer subscribers = serveSubscriber()) {
            daemon.expect("ready");
            Map<String, String> targets = new LinkedHashMap<>();
            targets.put("tickbus", address(exporter.expect("serving ")));
            targets.put("daemon", "127.0.0.1:" + daemonPort);
            targets.put("subscribers", "127.0.0.1:" + subscribers.getPort());
            Thread subscriber = observe(directory);
            try (PrometheusProcess prometheus = PrometheusProcess.start(folder.resolve("classic"), rules(), targets);
                    PrometheusProcess natives = PrometheusProcess.start(folder.resolve("native"), rules(), targets,
                            "--enable-feature=native-histograms");
                    TimerClient client = TimerClient.connect(directory, TimerClientOptions.defaults()
                            .withName("feed").withConnectTimeoutNs(CALL_NS))) {
                List<Long> keys = arm(client);
                assertQueriesHaveData(prometheus);
                for (long key : keys) {
                    assertEquals(ReplyCode.CANCELLED, client.call(new TimerCommand().cancel(key), CALL_NS).code());
                }
                assertQuantilesAgree(prometheus, natives);
                assertStallRaisesAlert(prometheus, daemon);
            } finally {
                isOver.set(true);
                subscriber.join();
            }
            daemon.terminate();
            exporter.terminate();
            assertEquals(0, daemon.exitCode(), daemon::transcript);
            assertEquals(0, exporter.exitCode(), exporter::transcript);
        }
    }

    private HTTPServer serveSubscriber() throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(new SubscriberCollector().add("bus", "observer", statistics));
        return HTTPServer.builder().hostname("127.0.0.1").port(0).registry(registry).buildAndStart();
    }

    private static String address(String line) {
        return line.replaceFirst(".*http://([^/\"]+)/metrics.*", "$1");
    }

    /** The rules as they are shipped, but that alerts wait for a second at most. */
    private Path rules() throws IOException {
        String shipped = Files.readString(ProjectFiles.root().resolve("deploy/prometheus/tickbus.rules.yml"));
        return Files.writeString(folder.resolve("rules.yml"), shipped.replaceAll("for: \\d+[sm]", "for: 1s"));
    }

    private Thread observe(BusDirectory directory) {
        SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                SubscriberOptions.defaults().joinAtOldest().withStatistics(statistics));
        Thread thread = new Thread(() -> {
            subscriber.run(signal -> observed.recordValue(Math.max(0, signal.publishedNs() - signal.deadlineNs())),
                    isOver::get);
            subscriber.close();
        }, "observer");
        thread.start();
        return thread;
    }

    /** Timers of 1 ms, and one for the rest of the rate. */
    private static List<Long> arm(TimerClient client) {
        List<Long> keys = new ArrayList<>();
        for (int left = RATE; left > 0; left -= PER_TIMER) {
            long key = keys.size();
            long periodNs = left >= PER_TIMER ? PERIOD_NS : TimeUnit.SECONDS.toNanos(1) / left;
            TimerCommand command = new TimerCommand().arm(key, (int) key % SIGNALS, System.nanoTime() + PERIOD_NS)
                    .periodNs(periodNs);
            assertEquals(ReplyCode.ARMED, client.call(command, CALL_NS).code());
            keys.add(key);
        }
        return keys;
    }

    private static void assertQueriesHaveData(PrometheusProcess prometheus) throws IOException {
        prometheus.await("some scrapes of all", () -> prometheus.value("min(count_over_time(up[1m]))") >= 4
                && prometheus.query("up == 1").size() == 3);
        List<String> missing = queries();
        assertTrue(missing.size() > 80, "queries=" + missing.size());
        prometheus.await(missing, () -> {
            missing.removeIf(query -> !prometheus.query(query).isEmpty()); // an error of the query itself fails here
            return missing.isEmpty();
        });
    }

    /** The queries of the dashboard, as Grafana fills them in. */
    private static List<String> queries() throws IOException {
        Map<String, Object> dashboard = JSON.std.mapFrom(Files.readString(
                ProjectFiles.root().resolve("deploy/grafana/dashboards/tickbus.json")));
        List<String> queries = new ArrayList<>();
        for (Object panel : (List<?>) dashboard.get("panels")) {
            for (Object target : (List<?>) ((Map<?, ?>) panel).getOrDefault("targets", null) == null ? List.of()
                    : (List<?>) ((Map<?, ?>) panel).get("targets")) {
                queries.add(String.valueOf(((Map<?, ?>) target).get("expr")).replace("$bus", ".*")
                        .replace("$__rate_interval", "4s").replace("$__interval", "4s").replace("$__range", "1m"));
            }
        }
        return queries;
    }

    private void assertQuantilesAgree(PrometheusProcess prometheus, PrometheusProcess natives) {
        prometheus.await("all firings scraped and observed", () -> {
            double firings = prometheus.value("tickbus_firings_total{job=\"tickbus\"}");
            return firings > RATE && firings == observed.getTotalCount()
                    && firings == prometheus.value("tickbus_lateness_seconds_count{job=\"tickbus\"}")
                    && firings == natives.value("histogram_count(tickbus_lateness_seconds{job=\"tickbus\"})");
        });
        for (double quantile : new double[] {0.5, 0.99, 0.999}) {
            double expected = observed.getValueAtPercentile(quantile * 100) / 1e9;
            double classic = prometheus.value("histogram_quantile(" + quantile
                    + ", tickbus_lateness_seconds_bucket{job=\"tickbus\"})");
            double nativeValue = natives.value("histogram_quantile(" + quantile
                    + ", tickbus_lateness_seconds{job=\"tickbus\"})");
            String what = "quantile=" + quantile + " observed=" + expected + " classic=" + classic + " native="
                    + nativeValue + " firings=" + observed.getTotalCount();
            System.out.println("PrometheusIT " + what);
            // Number of bounds below each: they are in the same bucket, or in two that follow each other.
            double between = Math.abs(below(prometheus, classic) - below(prometheus, expected));
            assertTrue(between <= 1, what + " buckets=" + between);
            double ratio = Math.max(nativeValue / expected, expected / nativeValue);
            assertTrue(ratio <= NATIVE_BUCKET, what + " ratio=" + ratio);
        }
    }

    private static long below(PrometheusProcess prometheus, double seconds) {
        return prometheus.query("tickbus_lateness_seconds_bucket{job=\"tickbus\"}").stream()
                .map(series -> String.valueOf(((Map<?, ?>) series.get("metric")).get("le")))
                .filter(bound -> !bound.equals("+Inf") && Double.parseDouble(bound) < seconds).count();
    }

    private static void assertStallRaisesAlert(PrometheusProcess prometheus, ChildJvm daemon) {
        assertTrue(!prometheus.isFiring("TickbusStalled"), "before the stall");
        daemon.stop();
        prometheus.await("TickbusStalled fires", () -> prometheus.isFiring("TickbusStalled"));
        daemon.resume();
        prometheus.await("TickbusStalled is over", () -> !prometheus.isFiring("TickbusStalled"));
    }
}
