// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import io.tickbus.cli.PeriodText;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.late.LateText;
import io.tickbus.cli.stat.ClientSnapshot;
import io.tickbus.cli.stat.DaemonSnapshot;
import io.tickbus.cli.stat.DaemonSnapshot.Counter;
import io.tickbus.core.CounterUnit;
import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.file.NextTimers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rows of each {@link Pane}; the first is the heading of the columns. */
final class TopLists {
    private static final int[] CLIENT_COLUMNS = {30, 38, 47, 57, 67, 79};
    private static final int[] NEXT_COLUMNS = {22, 44, 55};
    private static final int NEXT_CLIENT = 57;
    private static final int[] LATE_COLUMNS = {22, 31};
    private static final int CAUSE = 33;
    private static final int SHARE = 63;
    private static final int DETAILS = 80;
    private static final int[] COUNTER_COLUMNS = {50, 64};

    private TopLists() {
    }

    static List<Line> of(Pane pane, TopModel model) {
        if (!model.isDaemon()) {
            return List.of(new Line().add(Terminal::faint, "no daemon"));
        }
        return switch (pane) {
            case CLIENTS -> clients(model);
            case NEXT_DEADLINES -> next(model);
            case LATE_FIRINGS -> lateFirings(model);
            case COUNTERS -> counters(model);
        };
    }

    private static List<Line> clients(TopModel model) {
        List<Line> lines = new ArrayList<>();
        lines.add(TopView.bold(row(Line.of("name"), CLIENT_COLUMNS, "pid", "via", "timers", "commands", "/s",
                "unanswered")));
        for (ClientSnapshot client : model.daemon().clients()) {
            String name = client.name() == null ? "(none) owner " + client.owner() : client.name();
            Line line = row(Line.of(cut(name, CLIENT_COLUMNS[0] - 8)), CLIENT_COLUMNS, Long.toString(client.pid()));
            if (client.evictedBecause() != null) {
                line.add(Terminal::warning, "  evicted: " + client.evictedBecause());
            } else {
                row(line, CLIENT_COLUMNS, 1, client.commandSlots() == 0 ? "socket" : "ring",
                        number(client.pendingTimers()), number(client.commands()),
                        number(Math.round(model.commandsPerSecond(client))), number(client.unanswered()));
            }
            lines.add(line);
        }
        return lines;
    }

    private static List<Line> next(TopModel model) {
        List<Line> lines = new ArrayList<>();
        lines.add(TopView.bold(row(Line.of("due in"), NEXT_COLUMNS, "signal", "key", "every").to(NEXT_CLIENT)
                .add("client")));
        Map<Integer, String> owners = model.daemon().ownerNames();
        for (NextTimers.Timer timer : model.daemon().next()) {
            long inNs = timer.deadlineNs() - model.bus().readNs();
            lines.add(row(Line.of(inNs < 0 ? "due" : DurationText.format(inNs)), NEXT_COLUMNS,
                    Integer.toString(timer.signalId()), Long.toString(timer.key()),
                    PeriodText.format(timer.periodNs())).to(NEXT_CLIENT)
                    .add(DaemonSnapshot.clientName(timer.owner(), owners)));
        }
        return lines;
    }

    private static List<Line> lateFirings(TopModel model) {
        List<Line> lines = new ArrayList<>();
        lines.add(TopView.bold(row(Line.of("published"), LATE_COLUMNS, "late by", "signal").to(CAUSE).add("cause")
                .right(SHARE, "share").add("  client").to(DETAILS).add("details")));
        Map<Integer, String> owners = model.daemon().ownerNames();
        for (LateFiring late : model.late) {
            lines.add(row(Line.of(LateText.time(late)), LATE_COLUMNS, DurationText.format(late.latenessNs()),
                    Integer.toString(late.signalId())).to(CAUSE).add(late.cause().label())
                    .right(SHARE, String.format(Locale.ROOT, "%.0f %%", LateText.explainedPercent(late)))
                    .add("  " + cut(DaemonSnapshot.clientName(late.owner(), owners), DETAILS - SHARE - 4)).to(DETAILS)
                    .add(Terminal::faint, LateText.details(late)));
        }
        return lines;
    }

    private static List<Line> counters(TopModel model) {
        List<Line> lines = new ArrayList<>();
        lines.add(TopView.bold(row(Line.of("name"), COUNTER_COLUMNS, "value", "/s")));
        for (Counter counter : model.daemon().counters()) {
            CounterUnit unit = counter.definition().unit();
            if (counter.value() != 0 && unit != CounterUnit.CODE) {
                boolean isDuration = unit == CounterUnit.NANOSECONDS || unit == CounterUnit.NANOSECONDS_TOTAL;
                double rate = model.perSecond(counter);
                lines.add(row(Line.of(counter.definition().label()), COUNTER_COLUMNS,
                        isDuration ? DurationText.format(counter.value()) : number(counter.value()),
                        unit != CounterUnit.EVENTS || rate == 0 ? "" : number(Math.round(rate))));
            }
        }
        return lines;
    }

    private static Line row(Line line, int[] columns, String... values) {
        return row(line, columns, 0, values);
    }

    private static Line row(Line line, int[] columns, int first, String... values) {
        for (int i = 0; i < values.length; i++) {
            line.right(columns[first + i], values[i]);
        }
        return line;
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }
}
