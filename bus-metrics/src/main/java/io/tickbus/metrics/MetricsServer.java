// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves metrics over HTTP at {@code /metrics}, in the formats that Prometheus asks for.
 *
 * <p><b>Threads:</b> in a daemon's process those that serve have the lowest priority. They may run on the processors of
 * the thread that starts them: start it before a thread is pinned.
 */
public final class MetricsServer implements AutoCloseable {
    /** The port where none is named. */
    public static final int DEFAULT_PORT = 9464;
    /** The address where none is named: only this host is served. */
    public static final String DEFAULT_ADDRESS = "127.0.0.1";
    private static final int THREADS = 2;
    private static final int MOST_PORT = 65_535;

    private final HTTPServer server;
    private final ExecutorService executor;

    private MetricsServer(HTTPServer server, ExecutorService executor) {
        this.server = server;
        this.executor = executor;
    }

    /**
     * Starts serving.
     *
     * @param address     a name or number of this host's addresses
     * @param port        0 for any free one
     * @param directories the buses, asked at each scrape
     * @param isInDaemon  whether this is the daemon's process: its JVM's metrics are served too, by threads of the
     *                    lowest priority
     * @throws BusException SYSTEM when the port cannot be had
     */
    public static MetricsServer start(
            String address, int port, Supplier<List<BusDirectory>> directories, boolean isInDaemon) {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(new BusCollector(directories));
        if (isInDaemon) {
            JvmMetrics.builder().register(registry);
        }
        return start(address, port, registry, isInDaemon);
    }

    static MetricsServer start(String address, int port, PrometheusRegistry registry, boolean isInDaemon) {
        if (port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException("a port is 0 to " + MOST_PORT + ": port=" + port);
        }
        // Threads inherit the priority of the one that starts them.
        CompletableFuture<MetricsServer> started = new CompletableFuture<>();
        Thread starter = new Thread(() -> {
            try {
                if (isInDaemon) {
                    Platforms.current().lowerPriority();
                }
                started.complete(start(address, port, registry));
            } catch (RuntimeException | IOException | Error e) {
                started.completeExceptionally(e);
            }
        }, "tickbus-metrics");
        starter.start();
        try {
            return started.join();
        } catch (CompletionException e) {
            throw new BusException(BusException.Reason.SYSTEM, "metrics at " + address + ":" + port,
                    BusException.why(e.getCause()), "choose a free port, and an address of this host");
        }
    }

    private static MetricsServer start(String address, int port, PrometheusRegistry registry) throws IOException {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "tickbus-metrics");
            thread.setDaemon(true);
            return thread;
        });
        try {
            return new MetricsServer(HTTPServer.builder().hostname(address).port(port).executorService(executor)
                    .registry(registry).buildAndStart(), executor);
        } catch (RuntimeException | IOException e) {
            executor.shutdownNow();
            throw e;
        }
    }

    /** The port that it serves. */
    public int port() {
        return server.getPort();
    }

    /** Stops serving. */
    @Override
    public void close() {
        server.close();
        executor.shutdownNow();
    }
}
