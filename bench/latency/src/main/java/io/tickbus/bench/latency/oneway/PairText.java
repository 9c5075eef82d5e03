package io.tickbus.bench.latency.oneway;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What both tables have in common. */
final class PairText {
    private static final double NS_PER_US = 1_000;

    private PairText() {
    }

    static String micros(Object ns) {
        return String.format(Locale.ROOT, "%.2f", ((Number) ns).doubleValue() / NS_PER_US);
    }

    static String twoDecimals(Object value) {
        return String.format(Locale.ROOT, "%.2f", ((Number) value).doubleValue());
    }

    /** Hiccups, where it ran, what was left out, and whether it can be judged. */
    @SuppressWarnings("unchecked")
    static String foot(Map<String, Object> report) {
        Map<String, Object> hiccup = (Map<String, Object>) report.get("hiccup");
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
                "hiccups of an idle thread: %s in %.0f ms watched, %.1f ms stolen, longest %.2f ms%n",
                hiccup.get("count"), millis(hiccup, "watchedNs"), millis(hiccup, "stolenNs"),
                millis(hiccup, "maxNs")));
        text.append("environment ").append(report.get("environment")).append(System.lineSeparator());
        for (Map<String, Object> left : (List<Map<String, Object>>) report.get("leftOut")) {
            text.append("left out: ").append(left.get("what")).append(", ").append(left.get("why"))
                    .append(System.lineSeparator());
        }
        if ((boolean) report.get("disturbed")) {
            text.append("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.")
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    private static double millis(Map<String, Object> map, String key) {
        return ((Number) map.get(key)).doubleValue() / NS_PER_US / NS_PER_US;
    }
}
