// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The checker in a JVM of its own, with a server and a daemon in this JVM. */
@Timeout(120)
final class UrlHealthCheckerIT {
    private static final Pattern LINE = Pattern.compile("\\S+ (\\S+) tick (\\d+): (.+), missed (\\d+)");
    private static final int PERIOD_MS = 300;
    private static final int SLOW_MS = 3 * PERIOD_MS;

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private HttpServer server;
    private String refusing;

    private record Tick(String outcome, int missed) {
    }

    @BeforeEach
    void serve() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        server.setExecutor(threads);
        server.createContext("/ok", exchange -> answer(exchange, 200));
        server.createContext("/broken", exchange -> answer(exchange, 500));
        server.createContext("/slow", exchange -> {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            sleep(SLOW_MS);
            atOnce.decrementAndGet();
            answer(exchange, 200);
        });
        server.start();
        try (ServerSocket closed = new ServerSocket(0, 1, loopback)) {
            refusing = "http://127.0.0.1:" + closed.getLocalPort() + "/refused";
        }
    }

    @AfterEach
    void stopServing() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange, int status) throws IOException {
        requests.computeIfAbsent(exchange.getRequestURI().getPath(), path -> new AtomicInteger()).incrementAndGet();
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static void sleep(int ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    @Test
    void shouldProbeEachUrlOncePerTick() throws Exception {
        Path buses = folder.resolve("buses");
        List<String> urls = List.of(url("/ok"), url("/broken"), url("/slow"), refusing);
        Map<String, Map<Integer, Tick>> ticks = new HashMap<>();
        urls.forEach(url -> ticks.put(url, new TreeMap<>()));
        try (TimerDaemon daemon = TimerDaemon.start(BusDirectory.at(buses, "default"))) {
            ChildJvm checker = new ChildJvm.Builder(folder, UrlHealthChecker.class, urls)
                    .flags("-Dperiod=PT0." + PERIOD_MS + "S", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                    .environment(Map.of("TICKBUS_DIR", buses.toString())).start();
            try {
                while (!isEnough(ticks, urls)) {
                    assertTrue(read(checker, ticks), checker::transcript);
                }
                assertEquals(urls.size(), daemon.counters().value(DaemonCounter.TIMERS_PENDING));
                checker.terminate();
                // Waits for probes that were running when it was told to stop.
                boolean isRunning = true;
                while (isRunning) {
                    isRunning = read(checker, ticks);
                }
                checker.exitCode();
            } finally {
                checker.close();
            }
            awaitNoTimers(daemon);
        }
        check(ticks, urls);
    }

    /** Waits, as the daemon ends a client's timers after the client has ended. */
    private static void awaitNoTimers(TimerDaemon daemon) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (daemon.counters().value(DaemonCounter.TIMERS_PENDING) != 0) {
            assertTrue(System.nanoTime() < endNs, "timers are still there");
            sleep(10);
        }
    }

    /** One line; false when the checker says that it has stopped. */
    private static boolean read(ChildJvm checker, Map<String, Map<Integer, Tick>> ticks) {
        String line = checker.expect("");
        if (line.equals("stopped")) {
            return false;
        }
        Matcher matcher = LINE.matcher(line);
        assertTrue(matcher.matches(), line);
        Tick before = ticks.get(matcher.group(1)).put(Integer.valueOf(matcher.group(2)),
                new Tick(matcher.group(3), Integer.parseInt(matcher.group(4))));
        assertEquals(null, before, "one tick, two lines: " + line);
        return true;
    }

    private static boolean isEnough(Map<String, Map<Integer, Tick>> ticks, List<String> urls) {
        long slowProbes = ticks.get(urls.get(2)).values().stream().filter(tick -> isProbe(tick)).count();
        return slowProbes >= 2 && ticks.values().stream().allMatch(each -> each.size() >= 4);
    }

    private static boolean isProbe(Tick tick) {
        return !tick.outcome().startsWith("skipped");
    }

    private void check(Map<String, Map<Integer, Tick>> ticks, List<String> urls) {
        List<String> statuses = List.of("200 ", "500 ", "200 ", "ConnectException ");
        for (int i = 0; i < urls.size(); i++) {
            Map<Integer, Tick> ofUrl = ticks.get(urls.get(i));
            String status = statuses.get(i);
            assertTrue(ofUrl.values().stream().filter(UrlHealthCheckerIT::isProbe)
                    .allMatch(tick -> tick.outcome().startsWith(status)), ofUrl::toString);
            int last = ofUrl.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
            int accounted = ofUrl.values().stream().mapToInt(tick -> 1 + tick.missed()).sum();
            // Ticks that the last one reports as missed may come after it.
            int least = last + 1;
            int most = least + ofUrl.get(last).missed();
            assertTrue(accounted >= least && accounted <= most, accounted + " of " + least + ": " + ofUrl);
        }
        assertEquals(1, mostAtOnce.get(), "probes of one URL at once");
        assertTrue(ticks.get(urls.get(2)).values().stream().anyMatch(tick -> !isProbe(tick)), "nothing was skipped");
        for (int i = 0; i < 3; i++) {
            String path = urls.get(i).substring(urls.get(i).lastIndexOf('/'));
            long probes = ticks.get(urls.get(i)).values().stream().filter(UrlHealthCheckerIT::isProbe).count();
            assertEquals(probes, requests.get(path).get(), path);
        }
    }
}
