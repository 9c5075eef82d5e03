// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Tickbus;
import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.core.internal.DurationText;
import java.util.List;

/** {@code tickbus cluster status} and {@code members}: the log, and the hosts that fire. */
final class ClusterStatusCommand implements Command {
    private final MembersOption members;
    private final OutputOptions output;
    private final boolean isOfMembers;

    ClusterStatusCommand(CommandSpec command, boolean isOfMembers) {
        this.isOfMembers = isOfMembers;
        members = MembersOption.ofClient(command);
        output = new OutputOptions(command);
        command.footer(isOfMembers ? """
                Examples:
                  tickbus cluster members
                  tickbus cluster members --json | jq '.hosts[] | select(.isLive | not)'

                A host is live for 10 s after its latest entry in the log, which it makes four times a second.""" : """
                Examples:
                  tickbus cluster status --members 10.0.0.1,10.0.0.2,10.0.0.3

                Exit code 1 when no majority answers, or no host is live.""");
    }

    @Override
    public int run() {
        try (ClusterTimers timers = members.connect()) {
            IntentLog state = timers.status();
            List<Report> hosts = state.membership().hosts().stream().map(host -> host(state, host)).toList();
            long live = hosts.stream().filter(host -> (Boolean) host.get("isLive")).count();
            Report report = isOfMembers ? new Report() : new Report().with("term", state.term())
                    .with("position", state.position())
                    .with("clusterUtcNs", state.timeNs(), ClusterText.time(state.timeNs()))
                    .with("clientNames", state.owners().size()).with("hostsJoined", hosts.size())
                    .with("hostsLive", live).with("firedTwice", state.firedTwice());
            if (!isOfMembers) {
                output.print(report);
            } else if (output.isJson()) {
                output.print(report.with("hosts", hosts));
            } else if (hosts.isEmpty()) {
                output.out().println("no host has joined yet");
            } else {
                ReportText.table(hosts.get(0).keySet().toArray(new String[0])).print(output.out(), hosts);
            }
            return live > 0 ? Tickbus.DONE : Tickbus.FAILED;
        }
    }

    /** A host as members and explain show it. */
    static Report host(IntentLog state, Host host) {
        long ageNs = state.timeNs() - host.seenNs();
        boolean isLive = !host.hasLeft() && host.untilNs() > state.timeNs();
        return new Report().with("host", host.name()).with("number", host.number()).with("isLive", isLive)
                .with("isMember", !host.isFollower())
                .with("seenAgoNs", ageNs, DurationText.format(Math.max(0, ageNs)))
                .with("clockErrorNs", host.boundNs() < 0 ? null : host.boundNs(),
                        host.boundNs() < 0 ? "unknown" : DurationText.format(host.boundNs()))
                .with("lagNs", host.lagNs(), DurationText.format(Math.max(0, host.lagNs())))
                .with("behindBytes", Math.max(0, state.position() - host.appliedPosition()));
    }
}
