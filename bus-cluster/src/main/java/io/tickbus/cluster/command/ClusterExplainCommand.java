// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Tickbus;
import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Hashes;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code tickbus cluster explain}: the hosts that fire a timer, when, and what is known of it. */
final class ClusterExplainCommand implements Command {
    private final MembersOption members;
    private final Option<Long> key;
    private final OutputOptions output;

    ClusterExplainCommand(CommandSpec command) {
        key = command.argument("KEY", IntegerText::toLong, "The timer's key.").required();
        members = MembersOption.ofClient(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus cluster explain 7

                The hosts are those that count for the next occurrence as the log has it now, in the order in which
                they fire it. Exit code 1 for a key without a timer.""");
    }

    @Override
    public int run() {
        try (ClusterTimers timers = members.connect()) {
            IntentLog state = timers.explain(key.get());
            Intent intent = state.find(timers.owner(), key.get());
            CancelledIntent cancelled = state.findCancelled(timers.owner(), key.get());
            if (intent == null) {
                output.print(new Report().with("key", Long.toString(key.get())).with("isArmed", false)
                        .with("cancelledUtcNs", cancelled == null ? null : cancelled.cancelledNs()), cancelled == null
                        ? "client name '" + members.clientName() + "' has no timer of key " + key.get()
                        : "key " + key.get() + " was cancelled at " + ClusterText.time(cancelled.cancelledNs()));
                return Tickbus.FAILED;
            }
            print(state, intent);
        }
        return Tickbus.DONE;
    }

    private void print(IntentLog state, Intent intent) {
        Report report = ClusterListCommand.report(state, intent, ClusterText.utcNowNs());
        IntentSpec spec = intent.spec();
        report.with("generation", Integer.toUnsignedLong(spec.generation()))
                .with("armedUtcNs", intent.armedNs(), ClusterText.time(intent.armedNs()))
                .with("armedTerm", intent.armedTerm()).with("armedPosition", intent.armedPosition())
                .with("firedThrough", spec.isOnce() ? intent.firedThrough() : null)
                .with("firedTwice", intent.firedTwice()).with("passedOver", intent.passedOver());
        List<Report> hosts = hosts(state, intent, (Long) report.get("dueUtcNs"));
        if (output.isJson()) {
            output.print(report.with("hosts", hosts));
            return;
        }
        output.print(report);
        output.out().println();
        if (hosts.isEmpty()) {
            output.out().println("no host counts for that time yet: hosts renew that until 10 s ahead");
        } else {
            ReportText.table(hosts.get(0).keySet().toArray(new String[0])).print(output.out(), hosts);
        }
        output.out().flush();
    }

    private static List<Report> hosts(IntentLog state, Intent intent, long dueNs) {
        IntentSpec spec = intent.spec();
        // Beyond the leases, those of now are the best guess.
        long timeNs = state.membership().covering(dueNs) > 0 ? dueNs : state.timeNs();
        List<Host> covering = new ArrayList<>(state.membership().hosts().stream()
                .filter(host -> host.covers(timeNs) && !host.hasLeft()).toList());
        Comparator<Host> order = (one, other) -> Long.compareUnsigned(weight(intent, other), weight(intent, one));
        covering.sort(order.thenComparing(Host::number));
        List<Report> rows = new ArrayList<>();
        for (int rank = 0; rank < covering.size(); rank++) {
            Host host = covering.get(rank);
            String role = !spec.isOnce() || rank == 0 ? "fires" : spec.isLease() ? "does not fire" : "stands by, "
                    + DurationText.format(rank * TimeUnit.MICROSECONDS.toNanos(spec.standbyUs())) + " later";
            Report row = ClusterStatusCommand.host(state, host);
            row.with("role", role);
            rows.add(row);
        }
        return rows;
    }

    private static long weight(Intent intent, Host host) {
        return Hashes.weight(host.number(), intent.owner(), intent.spec().key(), intent.spec().generation());
    }
}
