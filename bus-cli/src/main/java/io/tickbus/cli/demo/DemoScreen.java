package io.tickbus.cli.demo;

import io.tickbus.cli.Report;
import io.tickbus.cli.Terminal;
import io.tickbus.core.DurationText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a person sees of the demo: one table that is redrawn on a terminal, one line a second elsewhere. */
final class DemoScreen {
    private static final String ROW = "  %-13s %9s %9s %9s   %9s %9s   %9s %9s   %7s";
    private static final double PERCENT = 100.0;

    private final PrintWriter out;
    private final boolean isTerminal;
    private int drawnLines;

    DemoScreen(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    /** Shows how far it is. */
    void show(DemoResult result, int second, int seconds) {
        String progress = String.format(Locale.ROOT, "%d of %d s: published %d, received %d, lost %d", second, seconds,
                // The two processes report at different moments.
                Math.max(result.published(), DemoResult.number(result.signals(), "received")),
                DemoResult.number(result.signals(), "received"),
                DemoResult.number(result.signals(), "lost"));
        if (isTerminal) {
            List<String> lines = new ArrayList<>(table(result));
            lines.add("");
            lines.add("  " + bar(second, seconds) + "  " + progress);
            redraw(lines);
        } else {
            out.println("demo: " + progress + medians(result));
            out.flush();
        }
    }

    private static String medians(DemoResult result) {
        StringBuilder text = new StringBuilder();
        for (Report mode : result.modes()) {
            long median = DemoResult.number(DemoResult.object(mode, "latencyNs"), "p50");
            text.append(text.isEmpty() ? "; median latency: " : ", ")
                    .append(mode.get("name")).append(' ').append(median == 0 ? "-" : DurationText.format(median));
        }
        return text.toString();
    }

    private static String bar(int second, int seconds) {
        int width = 30;
        int done = seconds == 0 ? width : width * second / seconds;
        return "[" + "#".repeat(done) + ".".repeat(width - done) + "]";
    }

    private void redraw(List<String> lines) {
        if (drawnLines > 0) {
            out.print("\u001b[" + drawnLines + "A\u001b[J");
        }
        lines.forEach(out::println);
        out.flush();
        drawnLines = lines.size();
    }

    /** The table, how the ways of waiting compare, and what the host did meanwhile. */
    void summarize(DemoResult result, Map<String, Object> hiccup, String host) {
        List<String> lines = new ArrayList<>(table(result));
        lines.add("");
        lines.add("  " + verdict(result));
        lines.addAll(comparison(result));
        lines.add(Terminal.faint("  host: " + hiccupText(hiccup)));
        lines.add(Terminal.faint("  " + host));
        if (isTerminal) {
            redraw(lines);
            drawnLines = 0;
        } else {
            lines.forEach(out::println);
            out.flush();
        }
    }

    private static List<String> table(DemoResult result) {
        List<String> lines = new ArrayList<>();
        lines.add(Terminal.strong(String.format(Locale.ROOT, ROW, "", "latency", "", "", "lateness", "", "CPU", "",
                "signals")));
        lines.add(Terminal.strong(String.format(Locale.ROOT, ROW, "waiting", "p50", "p99", "max", "p50", "p99",
                "publisher", "subscr.", "")));
        for (Report mode : result.modes()) {
            lines.add(row(mode));
        }
        return lines;
    }

    private static String row(Report mode) {
        Map<String, Object> latency = DemoResult.object(mode, "latencyNs");
        Map<String, Object> lateness = DemoResult.object(mode, "latenessNs");
        return String.format(Locale.ROOT, ROW, mode.get("name"), time(latency, "p50"), time(latency, "p99"),
                time(latency, "max"), time(lateness, "p50"), time(lateness, "p99"),
                percent(mode, "publisherCpuPercent"), percent(mode, "subscriberCpuPercent"), mode.get("count"));
    }

    private static String time(Map<String, Object> figures, String name) {
        long ns = DemoResult.number(figures, name);
        return ns == 0 ? "-" : DurationText.format(ns);
    }

    private static String percent(Map<String, Object> mode, String name) {
        return String.format(Locale.ROOT, "%.1f %%", DemoResult.decimal(mode, name));
    }

    private static String verdict(DemoResult result) {
        Report signals = result.signals();
        String counts = String.format(Locale.ROOT, "published %s, received %s, lost %s, out of order %s, duplicated %s",
                signals.get("published"), signals.get("received"), signals.get("lost"), signals.get("outOfOrder"),
                signals.get("duplicated"));
        return result.isComplete() ? Terminal.good("complete: ") + counts : Terminal.bad("NOT complete: ") + counts;
    }

    private static List<String> comparison(DemoResult result) {
        List<String> lines = new ArrayList<>();
        long predictive = result.medianNs(DemoMode.PREDICTIVE);
        for (DemoMode other : new DemoMode[] {DemoMode.PARK, DemoMode.KILL}) {
            long median = result.medianNs(other);
            if (predictive > 0 && median > 0) {
                boolean isSooner = median >= predictive;
                double factor = isSooner ? (double) median / predictive : (double) predictive / median;
                lines.add(String.format(Locale.ROOT, "  predictive waiting sees a signal %.1f times %s than %s "
                        + "(median %s against %s)", factor, isSooner ? "sooner" : "later", other.label(),
                        DurationText.format(predictive), DurationText.format(median)));
            }
        }
        return lines;
    }

    private static String hiccupText(Map<String, Object> hiccup) {
        long watched = DemoResult.number(hiccup, "watchedNs");
        if (watched == 0) {
            return "not watched";
        }
        return String.format(Locale.ROOT, "an idle spinning thread lost %.2f %% of its time here, %d stalls above %s, "
                + "the longest %s", PERCENT * DemoResult.number(hiccup, "stolenNs") / watched,
                DemoResult.number(hiccup, "count"), DurationText.format(DemoResult.number(hiccup, "thresholdNs")),
                DurationText.format(DemoResult.number(hiccup, "maxNs")));
    }
}
