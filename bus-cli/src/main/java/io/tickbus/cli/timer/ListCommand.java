// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PeriodText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.stat.DaemonStatus;
import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Lists the timers that a daemon keeps. */
public final class ListCommand implements Command {
    private static final long SHORTEST_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final List<String> COLUMNS = List.of("key", "owner", "client", "signalId", "dueInNs",
            "dueRealtimeNs", "periodNs", "paused", "leftNs", "occurrence", "lateCount", "clock", "misfire", "cap",
            "graceNs", "durable", "outlivesClient", "scope", "generation", "payload", "schedule");
    /** Of these, those that no timer of the list needs. */
    private static final Set<String> OPTIONAL_COLUMNS = Set.of("paused", "leftNs", "cap", "lateCount", "scope",
            "payload", "schedule");
    /** What names of owners that are a cluster's begin with, and the flag of such a timer that one host fires. */
    private static final String CLUSTER = "cluster.";
    private static final int ONCE = 0x40_00_00_00;

    private final ClientOptions client;
    private final Option<Boolean> all;
    private final Option<Long> timeout;
    private final OutputOptions output;

    /** Says what it takes. */
    public ListCommand(CommandSpec command) {
        client = new ClientOptions(command);
        all = command.flag("--all", "The timers of every owner.");
        timeout = command.duration("--timeout", "How long the whole list may take.").standard("10s");
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus list                        those of --client-name, which 'tickbus arm' has armed
                  tickbus list --all                  everybody's; owner 0 is the daemon itself
                  tickbus list --all --json | jq '.timers[] | select(.paused)'

                Timers of a cluster are here half a second before they are due, as those of client cluster.NAME;
                'tickbus cluster list' shows all.""");
    }

    @Override
    public int run() {
        long timeoutNs = timeout.get();
        if (timeoutNs < SHORTEST_TIMEOUT_NS) {
            throw new IllegalArgumentException("a list takes a millisecond at least: timeout="
                    + DurationText.format(timeoutNs));
        }
        try (TimerClient timers = client.connect()) {
            List<ArmedTimer> armed = timers.list(all.isGiven(), timeoutNs).stream()
                    .sorted(Comparator.comparing(ArmedTimer::isPaused).thenComparing(ArmedTimer::deadlineNs)
                            .thenComparing(ArmedTimer::owner).thenComparing(ArmedTimer::key)).toList();
            Map<Integer, String> names = new HashMap<>(DaemonStatus.ownerNames(client.directory()));
            names.put(0, "(daemon)");
            names.put(timers.owner(), client.clientName());
            long nowNs = System.nanoTime();
            long realtimeAheadNs = CalendarOffset.measureNs();
            print(armed.stream().map(timer -> report(timer, names.get(timer.owner()), nowNs, realtimeAheadNs))
                    .toList(), timers.owner());
        }
        return Tickbus.DONE;
    }

    private void print(List<Report> timers, int owner) {
        if (output.isJson()) {
            output.print(new Report().with("bus", client.name()).with("owner", owner).with("count", timers.size())
                    .with("timers", timers));
        } else if (timers.isEmpty()) {
            output.out().println(all.isGiven() ? "no timer is armed on bus '" + client.name() + "'"
                    : "no timer of client name '" + client.clientName() + "' is armed; see everybody's with --all");
        } else {
            ReportText.table(COLUMNS.stream().filter(name -> !OPTIONAL_COLUMNS.contains(name)
                    || timers.stream().anyMatch(timer -> isUnusual(timer.get(name)))).toArray(String[]::new))
                    .print(output.out(), timers);
        }
    }

    private static boolean isUnusual(Object value) {
        return value != null && !value.equals(0L) && !value.equals(false);
    }

    private static Report report(ArmedTimer timer, String clientName, long nowNs, long realtimeAheadNs) {
        TimerCommand arming = timer.arming();
        boolean isCalendar = (arming.flags() & CommandLayout.FLAG_CALENDAR) != 0;
        boolean isPaused = timer.isPaused();
        MisfirePolicy misfire = MisfirePolicy.of(arming.misfireCode());
        byte[] payload = new SignalRecord().payload(arming.payloadLow(), arming.payloadHigh(), arming.payloadLength())
                .payload();
        return new Report().with("owner", timer.owner()).with("client", clientName)
                .with("key", Long.toString(timer.key())).with("signalId", timer.signalId())
                .with("deadlineNs", isPaused ? null : timer.deadlineNs())
                .with("dueInNs", isPaused ? null : timer.deadlineNs() - nowNs)
                .with("dueRealtimeNs", isPaused ? null
                        : isCalendar ? arming.deadlineNs() : timer.deadlineNs() + realtimeAheadNs)
                .with("periodNs", PeriodText.nsOrNull(timer.periodNs()), PeriodText.format(timer.periodNs()))
                .with("occurrence", timer.occurrence()).with("paused", isPaused)
                .with("leftNs", isPaused && timer.periodNs() == 0 ? timer.leftNs() : null)
                .with("clock", isCalendar ? "calendar" : "monotonic")
                .with("misfire", misfire == null ? null : typed(misfire))
                .with("cap", misfire == MisfirePolicy.FIRE_ALL ? arming.catchUpCap() : null)
                .with("lateCount", timer.lateCount())
                .with("graceNs", TimeUnit.MICROSECONDS.toNanos(arming.graceUs()))
                .with("durable", typed(arming.durability()))
                .with("outlivesClient", (arming.flags() & CommandLayout.FLAG_KEEP_ON_DEATH) != 0)
                .with("scope", scope(timer, clientName))
                .with("generation", Integer.toUnsignedLong(arming.generation()))
                .with("payload", payload.length == 0 ? null : "0x" + HexFormat.of().formatHex(payload))
                .with("schedule", timer.schedule().isEmpty() ? null : timer.schedule());
    }

    /** Null for a timer of this host alone. */
    private static String scope(ArmedTimer timer, String clientName) {
        boolean isOfCluster = clientName != null && clientName.startsWith(CLUSTER)
                && timer.arming().payloadLength() == SignalRecordLayout.MAX_PAYLOAD_LENGTH;
        return !isOfCluster ? null : typed((timer.arming().payloadHigh() & ONCE) == 0 ? TimerScope.EVERYWHERE
                : TimerScope.ONCE);
    }

    /** As the option of {@code tickbus arm} is typed. */
    private static String typed(Enum<?> choice) {
        return choice == null ? null : choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
