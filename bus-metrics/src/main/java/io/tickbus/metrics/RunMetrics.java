// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.TimeUnit;

/**
 * What became of programs that ran for signals.
 *
 * <p><b>Threads:</b> any.
 */
public final class RunMetrics {
    private static final String BUS = "bus";
    private static final String JOB = "job";
    /** From 10 ms to an hour. */
    private static final double[] BOUNDS_S = {0.01, 0.1, 1, 10, 60, 600, 3600};

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final String bus;
    private final Counter runs;
    private final Counter skipped;
    private final Histogram durations;

    /** Of the signals of a bus. */
    public RunMetrics(String bus) {
        this.bus = bus;
        runs = Counter.builder().name("tickbus_runs_total").help("Programs that have ended, by outcome and exit code")
                .labelNames(BUS, JOB, "outcome", "code").register(registry);
        skipped = Counter.builder().name("tickbus_runs_skipped_total").help("Signals that started nothing")
                .labelNames(BUS, JOB).register(registry);
        durations = Histogram.builder().name("tickbus_run_duration_seconds").help("How long programs ran")
                .classicUpperBounds(BOUNDS_S).labelNames(BUS, JOB).register(registry);
    }

    /**
     * A program has ended.
     *
     * @param job        what ran: one of few, as each is a time series
     * @param outcome    exited, killed, timed_out or not_started
     * @param exitCode   0 to 255; negative where there is none
     * @param durationNs nanoseconds
     */
    public void ended(String job, String outcome, int exitCode, long durationNs) {
        runs.labelValues(bus, job, outcome, exitCode < 0 ? "" : Integer.toString(exitCode)).inc();
        durations.labelValues(bus, job).observe(durationNs / (double) TimeUnit.SECONDS.toNanos(1));
    }

    /** A signal has started nothing. */
    public void skipped(String job) {
        skipped.labelValues(bus, job).inc();
    }

    /** Serves them to this host at {@code /metrics}; port 0 takes a free one. */
    public MetricsServer serve(int port) {
        return MetricsServer.start(MetricsServer.DEFAULT_ADDRESS, port, registry, false);
    }
}
