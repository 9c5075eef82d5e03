// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.cli.Report;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.file.CounterDefinition;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.IdleRequest;
import java.util.Locale;
import java.util.Map;

/**
 * What a daemon's files say of it, for printing. Counters have the names that they have in the file, so that those of
 * another version are shown too.
 */
public final class DaemonStatus {
    private static final String[] PERCENTS = {"50", "90", "99", "99.9", "99.99"};

    private DaemonStatus() {
    }

    /** Of a daemon; null where there is none. */
    static Report of(DaemonSnapshot daemon) {
        if (daemon == null) {
            return null;
        }
        String idle = daemon.isReadable() ? IdleRequest.describe(daemon.value(DaemonCounter.IDLE_LATENCY)) : null;
        return new Report().with("mode", daemon.mode() == null ? null : daemon.mode().toString())
                .with("idleLatency", idle, idle).with("problem", daemon.problem(), daemon.problem())
                .with("counters", counters(daemon)).with("lateness", lateness(daemon.lateness()))
                .with("clients", daemon.clients().stream().map(ClientSnapshot::report).toList());
    }

    private static Report counters(DaemonSnapshot daemon) {
        Report counters = new Report();
        for (DaemonSnapshot.Counter counter : daemon.counters()) {
            String name = jsonName(counter.definition());
            counters.with(name, counter.value());
            if (counter.value() == 0 || counter.definition().unit() == CounterUnit.CODE) {
                // Text leaves out zeros, and codes, which are numbers that only their own words explain.
                counters.with(name, counter.value(), null);
            }
        }
        return counters;
    }

    /** Percentiles and their base. */
    public static Report lateness(DurationCounts lateness) {
        Report report = new Report().with("firings", lateness.total());
        for (String percent : PERCENTS) {
            report.with("p" + percent.replace(".", "") + "Ns", lateness.percentileNs(Double.parseDouble(percent)));
        }
        return report;
    }

    /** {@code lateness max}, in nanoseconds, becomes {@code latenessMaxNs}. */
    private static String jsonName(CounterDefinition counter) {
        StringBuilder name = new StringBuilder();
        for (String word : counter.label().split("[^A-Za-z0-9]+", -1)) {
            name.append(name.length() == 0 || word.isEmpty() ? word
                    : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        boolean isDuration = counter.unit() == CounterUnit.NANOSECONDS
                || counter.unit() == CounterUnit.NANOSECONDS_TOTAL;
        return name + (isDuration ? "Ns" : "");
    }

    /**
     * The names of the owners of timers, by their numbers; none where the files cannot be read, since names are a help
     * and no more.
     */
    public static Map<Integer, String> ownerNames(BusDirectory directory) {
        DaemonSnapshot daemon = new BusReader(directory).read().daemon();
        return daemon == null ? Map.of() : daemon.ownerNames();
    }
}
