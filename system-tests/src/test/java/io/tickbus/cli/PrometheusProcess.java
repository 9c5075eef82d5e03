// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A real Prometheus that scrapes and evaluates once a second, for one test. */
final class PrometheusProcess implements AutoCloseable {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(180);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final Path log;
    private final int port;

    private PrometheusProcess(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** Whether there is one on the PATH. */
    static boolean isInstalled() {
        try {
            Process version = new ProcessBuilder("prometheus", "--version").redirectErrorStream(true).start();
            version.getInputStream().readAllBytes();
            return version.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Starts one.
     *
     * @param rules   a file of rules
     * @param targets address by job
     */
    static PrometheusProcess start(Path folder, Path rules, Map<String, String> targets, String... flags)
            throws IOException {
        StringBuilder config = new StringBuilder("global: {scrape_interval: 1s, evaluation_interval: 1s}\n");
        config.append("rule_files: ['").append(rules).append("']\nscrape_configs:\n");
        targets.forEach((job, address) -> config.append("  - {job_name: ").append(job)
                .append(", static_configs: [{targets: ['").append(address).append("']}]}\n"));
        Path file = Files.writeString(Files.createDirectories(folder).resolve("prometheus.yml"), config);
        Path log = folder.resolve("prometheus.log");
        int port = freePort();
        List<String> command = new ArrayList<>(List.of("prometheus", "--config.file=" + file,
                "--storage.tsdb.path=" + folder.resolve("data"), "--web.listen-address=127.0.0.1:" + port));
        command.addAll(List.of(flags));
        return new PrometheusProcess(new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start(), log, port);
    }

    /** A TCP port that nobody listens at now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The results of a query: for each series its labels, under {@code metric}, and its {@code value}. */
    List<Map<String, Object>> query(String expression) {
        return list("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8), "result");
    }

    /** The value of a query that has one series; NaN where it has none yet. */
    double value(String expression) {
        List<Map<String, Object>> results = query(expression);
        return results.isEmpty() ? Double.NaN : valueOf(results.get(0));
    }

    static double valueOf(Map<String, Object> result) {
        String text = String.valueOf(((List<?>) result.get("value")).get(1));
        return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }

    /** Whether an alert is firing. */
    boolean isFiring(String alert) {
        return list("alerts", "alerts").stream().anyMatch(each -> "firing".equals(each.get("state"))
                && alert.equals(((Map<?, ?>) each.get("labels")).get("alertname")));
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> list(String request, String name) {
        try {
            String body = http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/"
                    + request)).build(), BodyHandlers.ofString()).body();
            Map<String, Object> answer = JSON.std.mapFrom(body);
            if (!"success".equals(answer.get("status"))) {
                throw new AssertionError(request + ": " + body);
            }
            return (List<Map<String, Object>>) ((Map<?, ?>) answer.get("data")).get(name);
        } catch (IOException e) {
            // It does not listen yet.
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits until something is so. */
    void await(Object what, Supplier<Boolean> condition) {
        long untilNs = System.nanoTime() + TIMEOUT_NS;
        while (!condition.get()) {
            if (System.nanoTime() > untilNs || !process.isAlive()) {
                throw new AssertionError("not so: " + what + "\n" + list("targets", "activeTargets") + "\n" + log());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
