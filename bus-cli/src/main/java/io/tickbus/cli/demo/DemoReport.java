// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.TextLayout;
import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.internal.DurationText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The demo's figures as text. */
final class DemoReport {
    private static final double PERCENT = 100.0;

    private DemoReport() {
    }

    static long number(Map<String, Object> map, String name) {
        return map.get(name) instanceof Number number ? number.longValue() : 0;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, Object> map, String name) {
        return map.get(name) instanceof Map<?, ?> inner ? (Map<String, Object>) inner : Map.of();
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> modes(Map<String, Object> result) {
        return result.get("modes") instanceof List<?> list ? (List<Map<String, Object>>) list : List.of();
    }

    /** Whether every published signal was received, exactly once and in sequence. */
    static boolean isComplete(Map<String, Object> result) {
        Map<String, Object> signals = object(result, "signals");
        return number(signals, "published") == number(signals, "received") && number(signals, "lost") == 0
                && number(signals, "outOfOrder") == 0 && number(signals, "duplicated") == 0;
    }

    /** Whether the host took so much time that nothing is judged. */
    static boolean isDisturbed(Map<String, Object> result) {
        Map<String, Object> hiccup = object(result, "hiccup");
        return HiccupMeter.isDisturbed(number(hiccup, "stolenNs"), number(hiccup, "watchedNs"));
    }

    /** Median latency of a mode; 0 where nothing was measured. */
    private static long medianNs(Map<String, Object> mode) {
        return number(object(mode, "latencyNs"), "p50");
    }

    /** The table, how the ways of waiting compare, and what the host did meanwhile. */
    static String text(Map<String, Object> result, String host) {
        StringBuilder text = new StringBuilder(table(result)).append(System.lineSeparator());
        Map<String, Object> signals = object(result, "signals");
        boolean isComplete = isComplete(result);
        String counts = lines(String.format(Locale.ROOT, "%s: published %s, received %s, lost %s, out of order %s, "
                + "duplicated %s", isComplete ? "complete" : "NOT complete", signals.get("published"),
                signals.get("received"), signals.get("lost"), signals.get("outOfOrder"), signals.get("duplicated")));
        text.append(isComplete ? Terminal.good(counts) : Terminal.bad(counts));
        if (isDisturbed(result)) {
            text.append(Terminal.warning(lines("not compared: the host took more than a tenth of an idle thread's time,"
                    + " so the figures say more about it than about the ways of waiting; stop what else runs here, or"
                    + " try again")));
        } else {
            modes(result).forEach(mode -> text.append(comparison(result, mode)));
        }
        text.append(Terminal.faint(lines("host: " + hiccups(object(result, "hiccup"))) + lines(host)));
        return text.toString();
    }

    private static String lines(String paragraph) {
        return TextLayout.paragraph(paragraph, 2) + System.lineSeparator();
    }

    private static String table(Map<String, Object> result) {
        List<Report> rows = new ArrayList<>();
        for (Map<String, Object> mode : modes(result)) {
            Map<String, Object> latency = object(mode, "latencyNs");
            Map<String, Object> lateness = object(mode, "latenessNs");
            rows.add(new Report().with("waiting", mode.get("name")).with("latencyP50Ns", latency.get("p50"))
                    .with("latencyP99Ns", latency.get("p99")).with("latencyMaxNs", latency.get("max"))
                    .with("latenessP50Ns", lateness.get("p50")).with("latenessP99Ns", lateness.get("p99"))
                    .with("publisherCpuPercent", mode.get("publisherCpuPercent"))
                    .with("subscriberCpuPercent", mode.get("subscriberCpuPercent"))
                    .with("signals", mode.get("count")));
        }
        StringWriter text = new StringWriter();
        ReportText.table("waiting", "latencyP50Ns", "latencyP99Ns", "latencyMaxNs", "latenessP50Ns", "latenessP99Ns",
                "publisherCpuPercent", "subscriberCpuPercent", "signals").print(new PrintWriter(text), rows);
        return text.toString();
    }

    /** What predictive waiting gains over one that sleeps; empty for the others. */
    private static String comparison(Map<String, Object> result, Map<String, Object> other) {
        boolean isSleeping = List.of(DemoMode.PARK.label(), DemoMode.KILL.label()).contains(other.get("name"));
        long predictive = medianNs(modes(result).get(0));
        long median = medianNs(other);
        if (!isSleeping || predictive == 0 || median == 0) {
            return "";
        }
        boolean isSooner = median >= predictive;
        return lines(String.format(Locale.ROOT, "predictive waiting sees a signal %.1f times %s than %s (median %s"
                + " against %s)",
                isSooner ? (double) median / predictive : (double) predictive / median, isSooner ? "sooner" : "later",
                other.get("name"), DurationText.format(predictive), DurationText.format(median)));
    }

    private static String hiccups(Map<String, Object> hiccup) {
        long watched = number(hiccup, "watchedNs");
        return watched == 0 ? "not watched" : String.format(Locale.ROOT, "an idle spinning thread lost %.2f %% of its"
                + " time here, %d stalls above %s, the longest %s", PERCENT * number(hiccup, "stolenNs") / watched,
                number(hiccup, "count"), DurationText.format(number(hiccup, "thresholdNs")),
                DurationText.format(number(hiccup, "maxNs")));
    }
}
