// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.aeron.MemberOptions;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.cluster.local.LocalHosts;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.subscriber.SignalSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;

/**
 * {@code tickbus cluster demo}: three hosts as processes of this machine, each with a bus and a daemon of its own, two
 * periodic timers, and {@code kill -9} of one host.
 */
final class ClusterDemoCommand implements Command {
    private static final int HOSTS = 3;
    private static final long EVERYWHERE = 1;
    private static final long ONCE = 2;
    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(1);
    /** Longer than by default: three hosts share this machine's processors. */
    private static final long STANDBY_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(3_500);
    private static final long AFTER_NS = TimeUnit.MILLISECONDS.toNanos(900);
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Option<Integer> occurrences;
    private final Option<Integer> port;
    private final OutputOptions output;
    private final Process[] hosts = new Process[HOSTS];
    private final SignalSubscriber[] signals = new SignalSubscriber[HOSTS];
    /** By timer and occurrence: what each host did. */
    private final Map<String, String[]> table = new TreeMap<>();
    private final Map<String, Integer> firings = new TreeMap<>();
    private long offsetNs;

    ClusterDemoCommand(CommandSpec command) {
        occurrences = command.option("--occurrences", "N", IntegerText::toInt, "How many seconds both timers fire.")
                .standard("8");
        port = command.option("--port", "N", IntegerText::toInt, "The first of 15 UDP ports on 127.0.0.1; without it "
                + "free ones are looked for.");
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus cluster demo

                One timer fires on each host each second, the other on one of them. In the middle the host whose turn
                it was is killed: the other two do not notice in the first timer, and one of them stands in for it in
                the second, a quarter of a second later, marked by a question mark: the killed host may have fired
                too.""");
    }

    @Override
    public int run() {
        try (LocalHosts local = LocalHosts.create("demo")) {
            ShutdownHook.during(local::stop, () -> demonstrate(local));
            CloseHelper.quietCloseAll(signals);
            boolean isRight = !local.isStopped() && table.size() == 2 * occurrences.get();
            return isRight ? Tickbus.DONE : Tickbus.FAILED;
        }
    }

    private void demonstrate(LocalHosts local) {
        List<String> members = port.isGiven() ? IntStream.range(0, HOSTS)
                .mapToObj(host -> "127.0.0.1:" + (port.get() + host * MemberOptions.PORTS)).toList()
                : LocalHosts.addresses(HOSTS);
        output.say("starting three hosts: " + String.join(",", members));
        for (int i = 0; i < HOSTS; i++) {
            hosts[i] = local.member(List.of(), members, i, true);
        }
        for (int i = 0; i < HOSTS; i++) {
            signals[i] = local.attach(local.bus(i));
        }
        local.awaitServing(HOSTS);
        try (ClusterTimers timers = ClusterTimers.connect(members, "demo")) {
            long firstNs = (ClusterText.utcNowNs() + LEAD_NS) / PERIOD_NS * PERIOD_NS;
            int count = occurrences.get();
            timers.arm(IntentSpec.everywhere(EVERYWHERE, (int) EVERYWHERE, firstNs).withPeriod(PERIOD_NS, count));
            timers.arm(IntentSpec.once(ONCE, (int) ONCE, firstNs).withPeriod(PERIOD_NS, count)
                    .withStandby(STANDBY_NS));
            output.say("armed two timers, from " + ClusterText.time(firstNs) + " on, each second");
            watch(local, firstNs, count);
        }
        print();
    }

    private void watch(LocalHosts local, long firstNs, int count) {
        long killNs = firstNs + count / 2 * PERIOD_NS - PERIOD_NS / 2;
        long endNs = firstNs + (count - 1) * PERIOD_NS + AFTER_NS;
        boolean isKilled = false;
        for (long nowNs = ClusterText.utcNowNs(); nowNs < endNs && !local.isStopped();
                nowNs = ClusterText.utcNowNs()) {
            offsetNs = CalendarOffset.measureNs();
            for (int host = 0; host < HOSTS; host++) {
                int number = host;
                signals[host].poll(signal -> note(number, signal, firstNs), 64);
            }
            if (!isKilled && nowNs >= killNs) {
                isKilled = true;
                kill();
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }

    /** The host whose turn the second timer's firings are. */
    private void kill() {
        int victim = 0;
        for (int host = 1; host < HOSTS; host++) {
            victim = firings.getOrDefault(ONCE + "/" + host, 0) > firings.getOrDefault(ONCE + "/" + victim, 0) ? host
                    : victim;
        }
        hosts[victim].destroyForcibly();
        output.say("killed " + LocalHosts.name(victim) + " with kill -9");
    }

    private void note(int host, SignalRecord signal, long firstNs) {
        ClusterFiring firing = ClusterFiring.of(signal);
        if (firing == null || (signal.key() != EVERYWHERE && signal.key() != ONCE)) {
            return;
        }
        long dueNs = firstNs + signal.occurrence() * PERIOD_NS;
        long lateNs = signal.publishedNs() + offsetNs - dueNs;
        String text = String.format(Locale.ROOT, "%+.3f ms%s", lateNs / 1e6,
                firing.isMaybeDuplicate() ? " ?" : "");
        String row = String.format(Locale.ROOT, "%s #%d", signal.key() == EVERYWHERE ? "everywhere" : "once",
                signal.occurrence());
        table.computeIfAbsent(row, each -> new String[HOSTS])[host] = text;
        firings.merge(signal.key() + "/" + host, 1, Integer::sum);
    }

    private void print() {
        List<Report> rows = new ArrayList<>();
        table.forEach((row, cells) -> {
            Report report = new Report().with("timer", row);
            for (int host = 0; host < HOSTS; host++) {
                report.with(LocalHosts.name(host), cells[host], cells[host] == null ? "" : cells[host]);
            }
            rows.add(report);
        });
        if (output.isJson()) {
            output.print(new Report().with("firings", rows));
            return;
        }
        output.out().println("Published, compared with when it was due by the host's clock; '?': another host may have "
                + "fired it too.");
        output.out().println();
        if (!rows.isEmpty()) {
            ReportText.table(rows.get(0).keySet().toArray(new String[0])).print(output.out(), rows);
        }
        output.out().flush();
    }
}
