// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Durations;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.stat.DaemonStatus;
import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.core.internal.DurationText;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the timers that a daemon keeps. */
@Command(name = "list",
        description = "List the timers that are armed, by when they are due, paused ones last.",
        footer = {
            "",
            "Examples:",
            "  tickbus list                        those of --client-name, which 'tickbus arm' has armed",
            "  tickbus list --all                  everybody's; owner 0 is the daemon itself",
            "  tickbus list --all --json | jq '.timers[] | select(.paused)'"})
public final class ListCommand implements Callable<Integer> {
    private static final long SHORTEST_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    @Mixin
    private ClientOptions client;
    @Option(names = "--all", description = "The timers of every owner.")
    private boolean isAll;
    @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "10s", converter = Durations.Converter.class,
            description = "How long the whole list may take; default ${DEFAULT-VALUE}.")
    private long timeoutNs;
    @Mixin
    private OutputOptions output;

    @Override
    public Integer call() {
        if (timeoutNs < SHORTEST_TIMEOUT_NS) {
            throw new IllegalArgumentException("a list takes a millisecond at least: timeout="
                    + DurationText.format(timeoutNs));
        }
        try (TimerClient timers = client.connect()) {
            List<ArmedTimer> armed = timers.list(isAll, timeoutNs).stream()
                    .sorted(Comparator.comparing(ArmedTimer::isPaused).thenComparing(ArmedTimer::deadlineNs)
                            .thenComparing(ArmedTimer::owner).thenComparing(ArmedTimer::key)).toList();
            Map<Integer, String> names = new HashMap<>(DaemonStatus.ownerNames(client.directory()));
            names.put(0, "(daemon)");
            names.put(timers.owner(), client.clientName());
            long nowNs = System.nanoTime();
            print(armed.stream().map(timer -> report(timer, names.get(timer.owner()), nowNs)).toList(),
                    timers.owner());
        }
        return Tickbus.DONE;
    }

    private void print(List<Report> timers, int owner) {
        if (output.isJson()) {
            output.print(new Report().with("bus", client.name()).with("owner", owner).with("count", timers.size())
                    .with("timers", timers));
        } else if (timers.isEmpty()) {
            output.out().println(isAll ? "no timer is armed on bus '" + client.name() + "'"
                    : "no timer of client name '" + client.clientName() + "' is armed; see everybody's with --all");
        } else {
            ReportText.table("owner", "client", "key", "signalId", "dueInNs", "periodNs", "occurrence", "paused")
                    .print(output.out(), timers);
        }
    }

    private static Report report(ArmedTimer timer, String clientName, long nowNs) {
        return new Report().with("owner", timer.owner()).with("client", clientName)
                .with("key", Long.toString(timer.key())).with("signalId", timer.signalId())
                .with("deadlineNs", timer.isPaused() ? null : timer.deadlineNs())
                .with("dueInNs", timer.isPaused() ? null : timer.deadlineNs() - nowNs)
                .with("periodNs", timer.periodNs(), timer.periodNs() == 0 ? "one-shot"
                        : DurationText.format(timer.periodNs()))
                .with("occurrence", timer.occurrence()).with("paused", timer.isPaused());
    }
}
