package io.tickbus.cli.stat;

import io.tickbus.cli.Durations;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.stat.DaemonFigures.Counter;
import io.tickbus.core.bus.CounterUnit;
import io.tickbus.core.bus.LatenessHistogram;
import io.tickbus.publisher.daemon.DaemonCounter;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A daemon's figures for people. Counters that are 0 are left out. */
record DaemonText(PrintWriter out) {
    void print(DaemonFigures daemon) {
        if (daemon.problem() != null) {
            line("daemon", Terminal.warning(daemon.problem()));
        }
        if (!daemon.counters().isEmpty()) {
            line("daemon", daemon.mode() + ", settings generation " + daemon.value(DaemonCounter.SETTINGS_GENERATION)
                    + (daemon.value(DaemonCounter.SETTINGS_ERRORS) > 0 ? Terminal.warning(", "
                            + daemon.value(DaemonCounter.SETTINGS_ERRORS) + " refused") : ""));
            line("lateness", lateness(daemon));
            daemon.counters().forEach(this::counter);
            clients(daemon.clients());
        }
    }

    private static String lateness(DaemonFigures daemon) {
        if (daemon.firings() == 0) {
            return "nothing has fired yet";
        }
        return daemon.lateness().stream().filter(each -> each.latenessNs() != LatenessHistogram.NONE)
                .map(each -> "p" + each.text() + " " + Durations.format(each.latenessNs()))
                .collect(Collectors.joining(", ")) + String.format(Locale.ROOT, ", of %,d firings", daemon.firings());
    }

    private void counter(Counter counter) {
        // A code is a number that only its own words explain, and the mode stands above already.
        if (counter.value() != 0 && counter.definition().unit() != CounterUnit.CODE) {
            String value = counter.isDuration() ? Durations.format(counter.value())
                    : String.format(Locale.ROOT, "%,d", counter.value());
            out.printf(Locale.ROOT, "  %-24s %15s%n", counter.definition().label(), value);
        }
    }

    private void clients(List<ClientFigures> clients) {
        if (clients.isEmpty()) {
            line("clients", "none");
            return;
        }
        long evicted = clients.stream().filter(client -> client.evictedBecause() != null).count();
        line("clients", clients.size() - evicted + (evicted == 0 ? "" : ", and " + evicted + " evicted"));
        out.printf(Locale.ROOT, "  %-36s %5s %7s %-16s %8s %12s  %s%n", "CLIENT", "OWNER", "PID", "NAME", "TIMERS",
                "COMMANDS", "THROUGH");
        for (ClientFigures client : clients) {
            out.printf(Locale.ROOT, "  %-36s %5d %7d %-16s %,8d %,12d  %s%n", client.uuid(), client.owner(),
                    client.pid(), client.name().isEmpty() ? "-" : client.name(), client.pendingTimers(),
                    client.commands(), way(client));
        }
    }

    private static String way(ClientFigures client) {
        if (client.evictedBecause() != null) {
            return Terminal.warning("evicted: " + client.evictedBecause());
        }
        return client.commandSlots() > 0 ? "ring" : "socket, user " + Integer.toUnsignedString(client.user());
    }

    private void line(String name, String value) {
        out.printf(Locale.ROOT, "%-14s %s%n", name, value);
    }
}
