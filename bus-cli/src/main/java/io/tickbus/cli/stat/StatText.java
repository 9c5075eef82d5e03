package io.tickbus.cli.stat;

import io.tickbus.cli.Durations;
import io.tickbus.cli.Sizes;
import io.tickbus.cli.Terminal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Reports for people: a line per bus, or all about one. */
record StatText(PrintWriter out) {
    private static final int CONDITION_WIDTH = 10;

    void list(Path root, List<BusReport> reports) {
        if (reports.isEmpty()) {
            out.println("no bus under " + root + "; start one with: tickbus daemon --every 1ms:42");
            return;
        }
        out.printf(Locale.ROOT, "%-20s %-10s %10s %6s %15s %12s  %s%n", "BUS", "CONDITION", "PUBLISHER", "EPOCH",
                "PUBLISHED", "PER SECOND", "NEXT DEADLINE");
        for (BusReport report : reports) {
            BusFigures figures = report.figures();
            out.printf(Locale.ROOT, "%-20s %s ", report.bus(), coloured(report.condition()));
            if (figures != null) {
                out.printf(Locale.ROOT, "%10d %6d %,15d %,12.1f  %s", figures.publisher().pid(), figures.epoch(),
                        figures.published(), figures.ratePerSecond(), deadline(report));
            }
            out.println();
        }
        for (BusReport report : reports) {
            if (report.problem() != null) {
                out.println(Terminal.warning("! ") + report.bus() + ": " + report.problem());
            }
        }
    }

    void one(BusReport report) {
        line("bus", Terminal.strong(report.bus()) + "  " + coloured(report.condition()).strip());
        if (report.problem() != null) {
            line("problem", Terminal.warning(report.problem()));
        }
        line("path", report.path());
        if (report.figures() != null) {
            figures(report, report.figures());
        }
        if (report.daemon() != null) {
            new DaemonText(out).print(report.daemon());
        }
    }

    private void figures(BusReport report, BusFigures figures) {
        line("publisher", "pid " + figures.publisher().pid() + ", start ticks " + figures.publisher().startTicks()
                + (figures.publisherCpu() < 0 ? "" : ", on cpu " + figures.publisherCpu()));
        line("state", figures.stateName() + ", heartbeat " + Durations.format(figures.heartbeatAgeNs())
                + " ago (promised every " + Durations.format(figures.heartbeatIntervalNs()) + ")");
        line("epoch", figures.epoch() + ", since " + Durations.format(figures.epochAgeNs()));
        line("published", String.format(Locale.ROOT, "%,d, %,.1f a second now", figures.published(),
                figures.ratePerSecond()));
        line("next deadline", deadline(report));
        line("parking", figures.hasParking() ? "yes" : "no: who parks naps for a millisecond at a time");
        line("slots", String.format(Locale.ROOT, "%,d, %s, layout %d", figures.slotCount(),
                Sizes.format(figures.fileLength()), figures.layoutVersion()));
        line("age", Durations.format(figures.ageNs()));
    }

    private void line(String name, String value) {
        out.printf(Locale.ROOT, "%-14s %s%n", name, value);
    }

    private static String deadline(BusReport report) {
        BusFigures figures = report.figures();
        if (!figures.hasDeadline() || report.condition() == BusCondition.CLOSED) {
            return "none";
        }
        return figures.nextDeadlineIn() >= 0 ? "in " + Durations.format(figures.nextDeadlineIn())
                : Durations.format(-figures.nextDeadlineIn()) + " ago";
    }

    private static String coloured(BusCondition condition) {
        String name = (condition + " ".repeat(CONDITION_WIDTH)).substring(0, CONDITION_WIDTH);
        return switch (condition) {
            case ALIVE -> Terminal.good(name);
            case CLOSED -> name;
            case STALLED -> Terminal.warning(name);
            case DEAD, UNREADABLE -> Terminal.bad(name);
        };
    }
}
