// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.metrics.MetricsServer;
import io.tickbus.metrics.RunMetrics;

/** {@code --metrics-port}: serves exit codes and durations of runs to Prometheus. */
public final class RunMetricsOption implements AutoCloseable {
    private final Option<Integer> port;
    /** These two are null where it is not wanted. */
    private RunMetrics metrics;
    private MetricsServer server;

    /** Adds it to a command. */
    public RunMetricsOption(CommandSpec command) {
        port = command.option("--metrics-port", "PORT", IntegerText::toInt, "Serve exit codes and durations of the "
                + "runs to Prometheus at http://127.0.0.1:PORT/metrics; 0 takes a free port.");
    }

    /** Starts serving, if it is wanted. */
    public void serve(String bus, OutputOptions output) {
        if (port.isGiven()) {
            metrics = new RunMetrics(bus);
            server = metrics.serve(port.get());
            output.say("serving metrics at http://" + MetricsServer.DEFAULT_ADDRESS + ":" + server.port() + "/metrics");
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }

    /** A run has ended. */
    public void ended(ProgramRun run, String job) {
        if (metrics != null) {
            run.count((outcome, exitCode, durationNs) -> metrics.ended(job, outcome, exitCode, durationNs));
        }
    }

    /** A signal has started nothing. */
    public void skipped(String job) {
        if (metrics != null) {
            metrics.skipped(job);
        }
    }
}
