package io.tickbus.cli.timer;

import io.tickbus.cli.Durations;
import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.stat.OwnerNames;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.subscriber.ArmedTimer;
import io.tickbus.subscriber.TimerClient;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the timers that a daemon keeps. */
@Command(name = "list",
        description = "List the timers that are armed, by when they are due, held ones last.",
        footer = {
            "",
            "Examples:",
            "  tickbus list                        those of --client-name, which 'tickbus arm' has armed",
            "  tickbus list --all                  everybody's; owner 0 is the daemon itself",
            "  tickbus list --all --json | jq '.timers[] | select(.paused)'"})
public final class ListCommand implements Callable<Integer> {
    private static final long SHORTEST_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    @Spec
    private CommandSpec spec;
    @Mixin
    private ClientOptions client;
    @Option(names = "--all", description = "The timers of every owner.")
    private boolean isAll;
    @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "10s", converter = Durations.Converter.class,
            description = "How long the whole list may take; default ${DEFAULT-VALUE}.")
    private long timeoutNs;
    @Option(names = "--json", description = "Print the list as JSON.")
    private boolean isJson;

    private final Map<Integer, String> names = new HashMap<>();

    @Override
    public Integer call() {
        if (timeoutNs < SHORTEST_TIMEOUT_NS) {
            throw new IllegalArgumentException("a list takes a millisecond at least: timeout="
                    + Durations.format(timeoutNs));
        }
        try (TimerClient timers = client.connect()) {
            List<ArmedTimer> armed = timers.list(isAll, timeoutNs).stream()
                    .sorted(Comparator.comparing(ArmedTimer::isPaused).thenComparing(ArmedTimer::deadlineNs)
                            .thenComparing(ArmedTimer::owner).thenComparing(ArmedTimer::key)).toList();
            names.putAll(OwnerNames.of(client.directory()));
            names.put(0, "(daemon)");
            names.put(timers.owner(), client.clientName());
            print(armed, timers.owner(), System.nanoTime());
        }
        return Tickbus.DONE;
    }

    private void print(List<ArmedTimer> armed, int owner, long nowNs) {
        PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            JsonOutput.print(out, new JsonObject().with("bus", client.name()).with("owner", owner)
                    .with("count", armed.size())
                    .with("timers", armed.stream().map(timer -> json(timer, nowNs)).toList()));
        } else if (armed.isEmpty()) {
            out.println(isAll ? "no timer is armed on bus '" + client.name() + "'"
                    : "no timer of client name '" + client.clientName() + "' is armed; see everybody's with --all");
        } else {
            out.printf(Locale.ROOT, "%6s %-16s %20s %11s  %-14s %-14s %11s  %s%n", "OWNER", "CLIENT", "KEY", "SIGNAL",
                    "DUE", "PERIOD", "OCCURRENCE", "STATE");
            armed.forEach(timer -> out.printf(Locale.ROOT, "%6d %-16s %20d %11d  %-14s %-14s %11d  %s%n", timer.owner(),
                    names.getOrDefault(timer.owner(), "-"), timer.key(), timer.signalId(),
                    timer.isPaused() ? "-" : Answer.due(timer.deadlineNs(), nowNs),
                    Answer.period(timer.periodNs()), timer.occurrence(), state(timer)));
        }
        out.flush();
    }

    private static String state(ArmedTimer timer) {
        return (timer.isPaused() ? ReplyCode.PAUSED : ReplyCode.ARMED).name().toLowerCase(Locale.ROOT);
    }

    private JsonObject json(ArmedTimer timer, long nowNs) {
        return new JsonObject().with("owner", timer.owner()).with("client", names.get(timer.owner()))
               .with("key", Long.toString(timer.key()))
                .with("signalId", timer.signalId())
                .with("deadlineNs", timer.isPaused() ? null : timer.deadlineNs())
                .with("dueInNs", timer.isPaused() ? null : timer.deadlineNs() - nowNs)
                .with("periodNs", timer.periodNs()).with("occurrence", timer.occurrence())
                .with("paused", timer.isPaused());
    }
}
