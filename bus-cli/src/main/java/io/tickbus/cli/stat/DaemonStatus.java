// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.cli.Report;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.CounterDefinition;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.LatenessHistogram;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.daemon.IdleRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a daemon's files say of it, as of one moment. Counters have the names that they have in the file, so that those
 * of another version are shown too.
 */
public final class DaemonStatus {
    private static final String[] PERCENTS = {"50", "90", "99", "99.9", "99.99"};

    private DaemonStatus() {
    }

    /** Of the daemon that a signals file belongs to; null where that publisher is no daemon. */
    static Report of(BusDirectory directory, SignalsHeader header) {
        try {
            CountersFile file = CountersFile.attach(directory);
            Report[] report = new Report[1];
            FaultBoundary.run(() -> report[0] = file.belongsTo(header) ? read(file, directory, header) : null,
                    fault -> {
                        file.checkSound();
                        // The signals header is read here too: its boundary is the caller's.
                        throw fault;
                    });
            return report[0];
        } catch (BusException e) {
            return e.reason() == BusException.Reason.NOT_FOUND ? null
                    : report(null, null, e.getMessage(), new Report(), new Report().with("firings", 0), List.of());
        }
    }

    private static Report read(CountersFile file, BusDirectory directory, SignalsHeader header) {
        Report counters = new Report();
        String mode = null;
        String idle = null;
        for (int i = 0; i < file.count(); i++) {
            CounterDefinition counter = file.definition(i);
            long value = file.value(i);
            if (counter.id() == DaemonCounter.MODE.id() && DaemonMode.of(value) != null) {
                mode = DaemonMode.of(value).toString();
            } else if (counter.id() == DaemonCounter.IDLE_LATENCY.id()) {
                idle = IdleRequest.describe(value);
            }
            String name = jsonName(counter);
            counters.with(name, value);
            if (value == 0 || counter.unit() == CounterUnit.CODE) {
                // Text leaves out zeros, and codes, which are numbers that only their own words explain.
                counters.with(name, value, null);
            }
        }
        Report lateness = new Report().with("firings", file.lateness().total());
        for (String percent : PERCENTS) {
            long ns = file.lateness().percentileNs(Double.parseDouble(percent));
            lateness.with("p" + percent.replace(".", "") + "Ns", ns == LatenessHistogram.NONE ? null : ns);
        }
        try {
            return report(mode, idle, null, counters, lateness, clients(directory, header));
        } catch (BusException e) {
            return report(mode, idle, e.getMessage(), counters, lateness, List.of());
        }
    }

    private static Report report(String mode, String idle, String problem, Report counters, Report lateness,
            List<Report> clients) {
        return new Report().with("mode", mode).with("idleLatency", idle, idle).with("problem", problem, problem)
                .with("counters", counters).with("lateness", lateness).with("clients", clients);
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

    /** The clients of the daemon that a signals file belongs to; none where it has no table of them. */
    private static List<Report> clients(BusDirectory directory, SignalsHeader header) {
        RepliesFile replies;
        try {
            replies = RepliesFile.attach(directory);
        } catch (BusException e) {
            if (e.reason() == BusException.Reason.NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
        List<Report> clients = new ArrayList<>();
        FaultBoundary.run(() -> {
            clients.clear();
            if (replies.epoch() == header.epoch() && replies.historyId() == header.historyId()) {
                for (int i = 0; i < replies.sessionCount(); i++) {
                    int state = replies.session(i).state();
                    if (state != RepliesLayout.STATE_FREE) {
                        clients.add(client(replies.session(i), state == RepliesLayout.STATE_EVICTED));
                    }
                }
            }
        }, fault -> {
            replies.checkSound();
            // The signals header is read here too: its boundary is the caller's.
            throw fault;
        });
        return clients;
    }

    private static Report client(Session session, boolean isEvicted) {
        String name = session.name();
        return new Report().with("session", session.index()).with("uuid", session.uuid().toString())
                .with("owner", session.owner()).with("name", name.isEmpty() ? null : name)
                .with("user", Integer.toUnsignedLong(session.user())).with("pid", session.pid())
                .with("commandSlots", session.commandSlots(), session.commandSlots() == 0 ? "socket" : "ring")
                .with("pendingTimers", session.pendingTimers()).with("commands", session.consumed())
                .with("evictedBecause", isEvicted ? session.reason().sentence() : null);
    }

    /** The names of the clients that are connected, by the numbers of their timers' owners. */
    public static Map<Integer, String> ownerNames(BusDirectory directory) {
        Map<Integer, String> names = new HashMap<>();
        try {
            for (Report client : clients(directory, SignalsFile.attach(directory).header())) {
                if (client.get("name") instanceof String name) {
                    names.put((int) client.get("owner"), name);
                }
            }
        } catch (BusException e) {
            // Names are a help and no more: the timers are listed without them.
            return names;
        }
        return names;
    }
}
