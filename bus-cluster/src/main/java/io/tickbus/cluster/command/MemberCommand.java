// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cluster.aeron.ClusterMember;
import io.tickbus.cluster.aeron.MemberOptions;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.daemon.TimerDaemon;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;

/** {@code tickbus cluster member}: one of the hosts that keep the timers of all, and fire them. */
final class MemberCommand implements Command {
    private static final long CHECK_MS = 100;

    private final MembersOption members;
    private final Option<Integer> index;
    private final Option<Path> folder;
    private final Option<String> name;
    private final Option<Integer> snapshotMib;
    private final Option<Boolean> withDaemon;
    private final Option<String> metrics;
    private final BusOptions bus;
    private final OutputOptions output;
    private final CountDownLatch stopped = new CountDownLatch(1);

    MemberCommand(CommandSpec command) {
        members = MembersOption.ofMember(command);
        index = command.option("--index", "N", IntegerText::toInt, "Which of the members this one is, from 0.")
                .required();
        folder = command.option("--folder", "DIR", PathText::parse, "Where it keeps its log and snapshots, on a disk.")
                .required();
        name = command.option("--name", "NAME", text -> text, "The host's name in the cluster, the same for all its "
                + "lives; without it its address.");
        snapshotMib = command.option("--snapshot-mib", "N", IntegerText::toInt, "By how much the log grows until all "
                + "members take a snapshot, and what lies before the last one but one is deleted: 8 or more, 64 unless "
                + "it is set.");
        withDaemon = command.flag("--with-daemon", "Run the daemon of the bus in this process too, with its default "
                + "settings.");
        metrics = command.option("--metrics", "HOST:PORT", MemberMetrics::place, "Serve metrics to Prometheus there.");
        bus = BusOptions.ofPublisher(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus daemon --bus default
                  tickbus cluster member --members 10.0.0.1,10.0.0.2,10.0.0.3 --index 0 --folder /var/lib/tickbus

                Each member uses five UDP ports, from its own on: 20400 where nothing else is said. See
                docs/CLUSTER.md.""");
    }

    @Override
    public int run() throws InterruptedException {
        List<String> addresses = members.addresses();
        String hostName = name.isGiven() ? name.get() : addresses.get(Math.min(index.get(), addresses.size() - 1));
        MemberOptions options = MemberOptions.of(index.get(), addresses, folder.get(), bus.directory(), hostName)
                .withSnapshotBytes(snapshotMib.isGiven() ? (long) snapshotMib.get() << 20
                        : MemberOptions.DEFAULT_SNAPSHOT_BYTES);
        TimerDaemon daemon = withDaemon.isGiven() ? TimerDaemon.start(bus.directory()) : null;
        try (ClusterMember member = ClusterMember.start(options);
                MemberMetrics served = metrics.isGiven() ? MemberMetrics.serve(metrics.get(), member, hostName) : null;
                ShutdownHook hook = ShutdownHook.listen(stopped::countDown)) {
            if (served != null) {
                output.say("metrics at http://" + metrics.get() + "/metrics");
            }
            boolean wasServing = false;
            while (!stopped.await(CHECK_MS, TimeUnit.MILLISECONDS)) {
                if (member.agent().isServing() != wasServing) {
                    wasServing = !wasServing;
                    print(wasServing ? "serving" : "waiting", member, hostName);
                }
            }
            print("stopped", member, hostName);
            return hook.isRequested() ? Tickbus.DONE : Tickbus.FAILED;
        } finally {
            CloseHelper.close(daemon);
        }
    }

    private void print(String type, ClusterMember member, String hostName) {
        Report report = new Report().with("type", type).with("host", hostName).with("isLeader", member.isLeader())
                .with("position", member.position()).with("firings", member.agent().firings())
                .with("maybeDuplicates", member.agent().flagged()).with("missed", member.agent().missed())
                .with("lagNs", member.agent().lagNs());
        output.printLine(report, type + " host=" + hostName + (member.isLeader() ? " leader" : "") + " firings="
                + member.agent().firings() + " maybe-duplicates=" + member.agent().flagged() + " missed="
                + member.agent().missed());
    }
}
