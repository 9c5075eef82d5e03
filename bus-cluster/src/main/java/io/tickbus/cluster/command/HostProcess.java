// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cluster.aeron.ClusterHost;
import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.TimerDaemon;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.CloseHelper;

/** A process that is a host of the cluster until Ctrl-C or SIGTERM: what members and followers have in common. */
final class HostProcess {
    private static final long CHECK_MS = 100;

    private final Option<Boolean> withDaemon;
    private final Option<String> metrics;
    private final BusOptions bus;
    private final OutputOptions output;
    private final CountDownLatch stopped = new CountDownLatch(1);

    HostProcess(CommandSpec command) {
        withDaemon = command.flag("--with-daemon", "Run the daemon of the bus in this process too, with its default "
                + "settings.");
        metrics = command.option("--metrics", "HOST:PORT", MemberMetrics::place, "Serve metrics to Prometheus there.");
        bus = BusOptions.ofPublisher(command);
        output = new OutputOptions(command);
    }

    /** The bus of this host's daemon. */
    BusDirectory directory() {
        return bus.directory();
    }

    /** Runs to the end; the exit code. */
    int run(String hostName, Supplier<ClusterHost> start) throws InterruptedException {
        TimerDaemon daemon = withDaemon.isGiven() ? TimerDaemon.start(bus.directory()) : null;
        try (ClusterHost host = start.get();
                MemberMetrics served = metrics.isGiven() ? MemberMetrics.serve(metrics.get(), host, hostName) : null;
                ShutdownHook hook = ShutdownHook.listen(stopped::countDown)) {
            if (served != null) {
                output.say("metrics at http://" + metrics.get() + "/metrics");
            }
            boolean wasServing = false;
            while (!stopped.await(CHECK_MS, TimeUnit.MILLISECONDS)) {
                if (host.agent().isServing() != wasServing) {
                    wasServing = !wasServing;
                    print(wasServing ? "serving" : "waiting", host, hostName);
                }
            }
            print("stopped", host, hostName);
            return hook.isRequested() ? Tickbus.DONE : Tickbus.FAILED;
        } finally {
            CloseHelper.close(daemon);
        }
    }

    private void print(String type, ClusterHost host, String hostName) {
        Report report = new Report().with("type", type).with("host", hostName).with("isLeader", host.isLeader())
                .with("position", host.position()).with("firings", host.agent().firings())
                .with("maybeDuplicates", host.agent().flagged()).with("missed", host.agent().missed())
                .with("lagNs", host.agent().lagNs());
        output.printLine(report, type + " host=" + hostName + (host.isLeader() ? " leader" : "") + " firings="
                + host.agent().firings() + " maybe-duplicates=" + host.agent().flagged() + " missed="
                + host.agent().missed());
    }
}
