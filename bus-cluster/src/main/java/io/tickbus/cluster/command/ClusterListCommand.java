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
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@code tickbus cluster list}: the timers of all hosts. */
final class ClusterListCommand implements Command {
    private final MembersOption members;
    private final Option<Boolean> all;
    private final Option<Integer> limit;
    private final OutputOptions output;

    ClusterListCommand(CommandSpec command) {
        all = command.flag("--all", "The timers of every client name.");
        limit = command.option("--limit", "N", IntegerText::toInt, "The most timers to list, up to 10000.")
                .standard("1000");
        members = MembersOption.ofClient(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus cluster list --all
                  tickbus cluster list --json | jq '.timers[] | select(.scope == "once")'""");
    }

    @Override
    public int run() {
        try (ClusterTimers timers = members.connect()) {
            IntentLog state = all.isGiven() ? timers.listAll(limit.get()) : timers.list(limit.get());
            List<Intent> found = new ArrayList<>();
            state.forEach(found::add);
            long nowNs = ClusterText.utcNowNs();
            List<Report> rows = found.stream().map(intent -> report(state, intent, nowNs))
                    .sorted(Comparator.comparing(row -> (Long) row.get("dueUtcNs"))).toList();
            if (output.isJson()) {
                output.print(new Report().with("count", rows.size()).with("timers", rows));
            } else if (rows.isEmpty()) {
                output.out().println(all.isGiven() ? "no timer of all hosts is armed" : "no timer of client name '"
                        + members.clientName() + "' is armed; see everybody's with --all");
            } else {
                ReportText.table(rows.get(0).keySet().toArray(new String[0])).print(output.out(), rows);
            }
        }
        return Tickbus.DONE;
    }

    /** A timer as both list and explain show it. */
    static Report report(IntentLog state, Intent intent, long nowNs) {
        IntentSpec spec = intent.spec();
        long next = spec.isOnce() ? intent.nextUnfired(spec.firstOccurrenceFrom(nowNs))
                : spec.firstOccurrenceFrom(nowNs);
        boolean isOver = next > spec.lastOccurrence();
        long dueNs = isOver ? spec.deadlineNs(spec.lastOccurrence()) : spec.deadlineNs(next);
        Host fired = state.membership().host(intent.firedHost());
        return new Report().with("key", Long.toString(spec.key())).with("client", state.ownerName(intent.owner()))
                .with("signalId", spec.signalId()).with("scope", ClusterText.scope(spec))
                .with("mode", ClusterText.mode(spec)).with("dueUtcNs", dueNs, ClusterText.time(dueNs))
                .with("dueInNs", isOver ? null : dueNs - nowNs, isOver ? "over" : DurationText.format(dueNs - nowNs))
                .with("periodNs", spec.periodNs(), spec.periodNs() == 0 ? "one-shot"
                        : DurationText.format(spec.periodNs()))
                .with("occurrence", isOver ? spec.lastOccurrence() : next)
                .with("firedOn", fired == null ? null : fired.name());
    }
}
