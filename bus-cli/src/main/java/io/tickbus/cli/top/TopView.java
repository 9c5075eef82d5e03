// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import io.tickbus.cli.Terminal;
import io.tickbus.cli.TextLayout;
import io.tickbus.cli.stat.BusSnapshot;
import io.tickbus.cli.stat.DurationCounts;
import io.tickbus.core.LateCause;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.VisibleText;
import io.tickbus.core.internal.file.HistogramKind;
import io.tickbus.daemon.DaemonCounter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Draws a {@link TopModel} on a screen of any size: what does not fit is left out, the lists below first. */
final class TopView {
    /** From here on the lists are beside the figures. */
    static final int WIDE = 150;

    private static final int MOST_LEFT = 120;
    private static final int RIGHT = 66;
    private static final int[] COLUMNS = {25, 36, 51};
    private static final int BARS = 53;
    private static final int FIGURE = 9;
    private static final String[] DUE = {"1 ms", "10 ms", "100 ms", "1 s", "10 s", "1 min", "1 h", "later", "paused"};
    private static final int DUE_COLUMN = 16;
    private static final int DUE_WIDTH = 8;
    private static final long MANY = 1_000_000;
    private static final int MOST_LATE_LINES = 2;
    private static final int MIN_LIST = 4;
    private static final int LATE_ONCE = 11;
    /** With fewer lines for the list, the figures are packed closely. */
    private static final int EASY_LIST = 9;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final String KEYS = "q quit  p pause  tab next list  ↑↓ scroll  ? help";
    private static final String[] HELP = {
        "q        quit",
        "p        pause and continue",
        "tab      the next list: clients, next deadlines, late firings, counters",
        "↑ ↓      scroll the list; page up, page down and home too",
        "+ -      read twice or half as often",
        "? h      this text, and back",
        "",
        "All figures are read from the bus's files. The daemon is not asked and does not notice.",
        "",
        "'now' and 'latest' are of the time between two readings. Percentiles are rounded up by 6 % at most. Bars go "
                + "from 0 to the highest value shown.",
        "",
        "Of more than 1,024 timers it is estimated how many are due within which time, and one may be missing from "
                + "the next deadlines.",
        "",
        "How far a subscriber lags and what it has lost only it knows: see SubscriberStatistics, and docs/METRICS.md.",
        "",
        "A firing is LATE from the threshold on, and its cause explains a share of its lateness; 'tickbus late' says "
                + "what each cause means.",
    };

    /** The list that keys scroll. */
    Pane pane = Pane.CLIENTS;
    /** Rows of it that are above its first line. */
    int scroll;
    boolean isHelp;
    boolean isPaused;
    long intervalNs = TimeUnit.SECONDS.toNanos(1);
    private int pageRows = 1;

    /** As many rows as a page of the list has. */
    int pageRows() {
        return pageRows;
    }

    /** The lines of a screen, each cut to its width. */
    List<String> draw(TopModel model, int width, int height) {
        List<Line> lines = new ArrayList<>();
        lines.add(title(model, width));
        List<Line> body = isHelp ? help(width) : width < WIDE ? narrow(model, width, height - 2)
                : wide(model, width, height - 2);
        lines.addAll(body.subList(0, Math.min(body.size(), Math.max(0, height - 2))));
        while (lines.size() < height - 1) {
            lines.add(new Line());
        }
        if (height > 1) {
            lines.add(new Line().add(Terminal::faint, KEYS));
        }
        return lines.stream().map(line -> line.text(width)).toList();
    }

    /** All of it, for printing once. */
    List<String> draw(TopModel model, int width) {
        List<Line> lines = new ArrayList<>();
        lines.add(title(model, width));
        lines.addAll(figures(model, width));
        for (Pane each : Pane.values()) {
            lines.add(new Line());
            lines.add(new Line().add(Terminal::bold, each.toString().toUpperCase(Locale.ROOT)));
            TopLists.of(each, model).stream().limit(each == Pane.LATE_FIRINGS ? LATE_ONCE : Integer.MAX_VALUE)
                    .forEach(lines::add);
        }
        return lines.stream().map(line -> line.text(width).stripTrailing()).toList();
    }

    private static List<Line> help(int width) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line());
        for (String line : HELP) {
            TextLayout.wrap(line, Math.max(1, Math.min(width, WIDE) - 4)).forEach(text -> lines.add(Line.of("  "
                    + text)));
        }
        return lines;
    }

    private Line title(TopModel model, int width) {
        BusSnapshot bus = model.bus();
        String condition = bus.condition().toUpperCase(Locale.ROOT);
        Line line = new Line().add(Terminal::bold, "tickbus top  ").add(VisibleText.of(bus.directory().name()) + "  ")
                .add(text -> Terminal.status("condition", text), condition);
        String every = isPaused ? "paused" : "every " + DurationText.format(intervalNs);
        String right = every + "  " + LocalTime.now(ZoneId.systemDefault()).format(TIME);
        return line.to(Math.min(width, WIDE * 2) - right.length()).add(isPaused ? Terminal::warning : Terminal::faint,
                right);
    }

    private List<Line> narrow(TopModel model, int width, int height) {
        List<Line> lines = new ArrayList<>(figures(model, width));
        if (height - lines.size() < EASY_LIST) {
            lines.removeIf(line -> line.length() == 0);
        }
        int rows = height - lines.size() - 2;
        if (rows >= MIN_LIST) {
            lines.add(new Line());
            lines.addAll(list(model, pane, rows, true));
        }
        return lines;
    }

    private List<Line> wide(TopModel model, int width, int height) {
        int leftWidth = Math.min(MOST_LEFT, width - RIGHT);
        List<Line> left = new ArrayList<>(figures(model, leftWidth));
        List<Line> right = new ArrayList<>();
        int rows = height - left.size() - 2;
        if (rows >= MIN_LIST) {
            left.add(new Line());
            left.addAll(list(model, Pane.CLIENTS, rows, false));
        }
        int next = Math.min(height / 3, model.isDaemon() ? model.daemon().next().size() + 2 : 2);
        int late = Math.max(2, Math.min(height / 3, model.late.size() + 2));
        right.addAll(list(model, Pane.NEXT_DEADLINES, next - 1, false));
        right.add(new Line());
        right.addAll(list(model, Pane.LATE_FIRINGS, late - 1, false));
        right.add(new Line());
        right.addAll(list(model, Pane.COUNTERS, height - next - late - 3, false));
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            lines.add((i < left.size() ? left.get(i) : new Line()).fit(leftWidth).add("  ")
                    .add(i < right.size() ? right.get(i) : new Line()));
        }
        return lines;
    }

    /** A heading and some rows of a list. */
    private List<Line> list(TopModel model, Pane shown, int rows, boolean isAlone) {
        List<Line> all = TopLists.of(shown, model);
        // The first is the heading of the columns.
        int most = Math.max(0, all.size() - rows);
        boolean isScrolled = shown == pane;
        if (isScrolled) {
            pageRows = Math.max(1, rows - 1);
            scroll = Math.max(0, Math.min(scroll, most));
        }
        int first = isScrolled ? scroll : 0;
        List<Line> lines = new ArrayList<>();
        Line heading = new Line();
        for (Pane each : isAlone ? Pane.values() : new Pane[] {shown}) {
            String name = each.toString().toUpperCase(Locale.ROOT);
            boolean isMarked = each == pane && !Terminal.hasColours();
            heading.add(each == pane ? Terminal::inverse : Terminal::faint, isMarked ? "[" + name + "]"
                    : " " + name + " ").add(" ");
        }
        if (most > 0) {
            heading.add(Terminal::faint, (first + 1) + " to " + (first + rows - 1) + " of " + (all.size() - 1));
        }
        lines.add(heading);
        lines.addAll(all.subList(0, Math.min(1, all.size())));
        all.stream().skip(1L + first).limit(Math.max(0, rows - 1)).forEach(lines::add);
        return lines;
    }

    private List<Line> figures(TopModel model, int width) {
        List<Line> lines = new ArrayList<>();
        BusSnapshot bus = model.bus();
        if (bus.signals() != null) {
            lines.add(process(model, bus));
        }
        for (String problem : new String[] {bus.problem(), bus.daemon() == null ? null : bus.daemon().problem()}) {
            if (problem != null) {
                TextLayout.wrap("! " + VisibleText.of(problem), width)
                        .forEach(text -> lines.add(new Line().add(Terminal::warning, text)));
            }
        }
        if (bus.signals() == null) {
            return lines;
        }
        rates(lines, model, width);
        if (model.isDaemon()) {
            lateness(lines, model, width);
            lines.add(new Line());
            lines.add(timers(model, bus));
            due(lines, model);
            lines.add(thread(model));
            late(lines, model, width);
        }
        lines.add(host(model));
        return lines;
    }

    private static Line process(TopModel model, BusSnapshot bus) {
        Line line = Line.of("pid " + bus.signals().publisher().pid());
        if (model.isDaemon()) {
            line.add(model.daemon().mode() == null ? "" : " · " + model.daemon().mode());
        } else if (bus.daemon() == null) {
            line.add(" · no daemon: a publisher without timers of its own");
        }
        line.add(" · epoch " + bus.signals().epoch() + " · up "
                + DurationText.format(bus.readNs() - bus.signals().epochStartedNs()));
        if (model.cpuPercent() != null) {
            line.add(String.format(Locale.ROOT, " · %.1f %% of a core", model.cpuPercent()));
        }
        return line;
    }

    private static void rates(List<Line> lines, TopModel model, int width) {
        lines.add(new Line());
        lines.add(bold(columns("PER SECOND", "now", "average", "total")).to(BARS).add(Terminal::faint,
                model.firings.size() < 2 ? "" : "latest " + Math.min(model.firings.size(), width - BARS)));
        double seconds = Math.max(1e-3, (model.bus().readNs() - model.bus().signals().epochStartedNs()) / 1e9);
        if (!model.isDaemon()) {
            lines.add(rate("signals", model.signalsPerSecond(), model.bus().signals().published(), Double.NaN, model)
                    .to(BARS).add(model.firings.bars(width - BARS)));
            return;
        }
        long firings = model.value(DaemonCounter.FIRINGS);
        lines.add(rate("firings", model.perSecond(DaemonCounter.FIRINGS), firings, seconds, model)
                .to(BARS).add(model.firings.bars(width - BARS)));
        lines.add(rate("commands", model.commandsPerSecond(), model.commands(), seconds, model));
        addIfAny(lines, "refused", model.refusedPerSecond(), model.refused(), model);
        addIfAny(lines, "past their grace", model.perSecond(DaemonCounter.FIRINGS_LATE),
                model.value(DaemonCounter.FIRINGS_LATE), model);
        addIfAny(lines, "occurrences missed", model.perSecond(DaemonCounter.OCCURRENCES_MISSED),
                model.value(DaemonCounter.OCCURRENCES_MISSED), model);
    }

    /** Of what is wrong a line only where there was any. */
    private static void addIfAny(List<Line> lines, String name, double now, long total, TopModel model) {
        if (total > 0) {
            Line line = rate(name, now, total, Double.NaN, model);
            lines.add(now > 0 ? new Line().add(Terminal::warning, line.text(line.length())) : line);
        }
    }

    private static Line rate(String name, double now, long total, double seconds, TopModel model) {
        return columns(name, model.hasRates() ? number(now) : "-", Double.isNaN(seconds) ? "" : number(total / seconds),
                String.format(Locale.ROOT, "%,d", total));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value > 0 && value < 10 ? "%,.1f" : "%,.0f", value);
    }

    private static Line columns(String name, String... values) {
        Line line = Line.of(name);
        for (int i = 0; i < values.length; i++) {
            line.right(COLUMNS[i], values[i]);
        }
        return line;
    }

    private static void lateness(List<Line> lines, TopModel model, int width) {
        lines.add(new Line());
        lines.add(bold(durations("LATENESS", "p50", "p99", "p99.9", "longest")).add(Terminal::faint,
                model.tail.size() < 2 ? "" : "  p99"));
        if (model.latest() != null) {
            Line line = lateness("latest", model.latest());
            int column = line.length() + 2;
            lines.add(line.add("  ").add(model.tail.bars(width - column)));
        }
        lines.add(lateness("since the start", model.daemon().lateness()));
    }

    private static Line lateness(String name, DurationCounts counts) {
        return durations(name, duration(counts.percentileNs(50)), duration(counts.percentileNs(99)),
                duration(counts.percentileNs(99.9)), duration(counts.percentileNs(100)));
    }

    private static Line durations(String name, String... values) {
        Line line = Line.of(name);
        for (int i = 0; i < values.length; i++) {
            line.right(25 + 9 * i, values[i]);
        }
        return line;
    }

    static String duration(Long ns) {
        return ns == null ? "-" : DurationText.format(ns);
    }

    private static Line timers(TopModel model, BusSnapshot bus) {
        Line line = figure("TIMERS", String.format(Locale.ROOT, "%,d pending",
                model.value(DaemonCounter.TIMERS_PENDING)));
        Long nextNs = bus.condition().equals("alive") ? bus.nextDeadlineInNs() : null;
        if (nextNs != null) {
            line.add(nextNs >= 0 ? " · next in " + DurationText.format(nextNs) : " · next is due");
        }
        long furthestNs = model.value(DaemonCounter.LATEST_DEADLINE);
        return furthestNs <= 0 ? line : line.add(" · furthest in " + DurationText.format(furthestNs));
    }

    /** How many timers are due within which time. */
    private static void due(List<Line> lines, TopModel model) {
        if (model.value(DaemonCounter.TIMERS_PENDING) == 0) {
            return;
        }
        Line heading = Line.of("due within");
        Line counts = Line.of("");
        for (int i = 0; i < DUE.length; i++) {
            long count = model.value(DaemonCounter.DUE.get(i));
            heading.right(DUE_COLUMN + i * DUE_WIDTH, DUE[i]);
            counts.right(DUE_COLUMN + i * DUE_WIDTH, count < MANY ? Long.toString(count)
                    : String.format(Locale.ROOT, "%.1fM", count / 1e6));
        }
        lines.add(new Line().add(Terminal::faint, heading.text(heading.length())));
        lines.add(counts);
    }

    private static Line thread(TopModel model) {
        Line line = figure("THREAD", "cycle max " + DurationText.format(model.value(DaemonCounter.DUTY_CYCLE_MAX)));
        long stalls = model.value(DaemonCounter.STALLS);
        line.add(Terminal::warning, stalls == 0 ? "" : String.format(Locale.ROOT, " · stalls %,d", stalls));
        line.add(" · " + number(model.perSecond(DaemonCounter.SLEEPS)) + " sleeps/s");
        tail(line, model, HistogramKind.WAKE_UP, " · woken %s late");
        long guardNs = model.value(DaemonCounter.GUARD);
        line.add(guardNs == 0 ? "" : " · guard " + DurationText.format(guardNs));
        long backlog = model.value(DaemonCounter.JOURNAL_BACKLOG);
        line.add(model.value(DaemonCounter.JOURNAL_ENTRIES) == 0 ? ""
                : String.format(Locale.ROOT, " · journal behind by %,d", backlog));
        if (model.value(DaemonCounter.JOURNAL_UNAVAILABLE) != 0) {
            line.add(Terminal::bad, " · journal cannot be written");
        }
        return line;
    }

    /** How many were late and why; on two lines at most, since the most frequent causes come first. */
    private static void late(List<Line> lines, TopModel model, int width) {
        long total = model.value(DaemonCounter.LATE_FIRINGS);
        if (total == 0) {
            return;
        }
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%,d by more than %s: ", total,
                duration(model.value(DaemonCounter.LATE_THRESHOLD))));
        String separator = "";
        for (LateCause cause : model.causes()) {
            text.append(String.format(Locale.ROOT, "%s%s %,d", separator, cause.label(),
                    model.value(DaemonCounter.of(cause))));
            separator = " · ";
        }
        boolean isNow = model.perSecond(DaemonCounter.LATE_FIRINGS) > 0;
        Line line = new Line().add(Terminal::bold, "LATE");
        List<String> wrapped = TextLayout.wrap(text.toString(), Math.max(1, width - FIGURE));
        for (String each : wrapped.subList(0, Math.min(MOST_LATE_LINES, wrapped.size()))) {
            lines.add(line.to(FIGURE).add(isNow ? Terminal::warning : UnaryOperator.identity(), each));
            line = new Line();
        }
    }

    private static Line host(TopModel model) {
        Line line = figure("HOST", "clock " + model.host().clockSource());
        if (model.isDaemon()) {
            tail(line, model, HistogramKind.HICCUP, " · hiccups %s");
        }
        if (model.busyPercent() != null) {
            line.add(String.format(Locale.ROOT, " · busy %.0f %%", model.busyPercent()));
            double stolen = model.stolenPercent();
            line.add(stolen >= 1 ? Terminal::warning : text -> text,
                    String.format(Locale.ROOT, " · stolen %.1f %%", stolen));
        }
        return line;
    }

    /** Adds the 99th percentile of durations, where there were any. */
    private static void tail(Line line, TopModel model, HistogramKind kind, String format) {
        DurationCounts latest = model.latest(kind);
        if (latest != null && latest.total() > 0) {
            line.add(String.format(Locale.ROOT, format, duration(latest.percentileNs(99)) + " (p99)"));
        }
    }

    private static Line figure(String name, String text) {
        return new Line().add(Terminal::bold, name).to(FIGURE).add(text);
    }

    static Line bold(Line line) {
        return new Line().add(Terminal::bold, line.text(line.length()));
    }
}
