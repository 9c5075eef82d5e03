package io.tickbus.bench.latency.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Two results, figure by figure. Ratios to the floor have changed when their quartiles do not overlap and the medians
 * differ by more than a tenth; a median latency of a wake-up when it differs by more than a quarter; throughput, by
 * more than a tenth; a loss, when there was none.
 */
final class Comparison {
    private static final double TENTH = 0.10;
    private static final double QUARTER = 0.25;
    private static final String FLOOR = "c-floor";
    private static final List<String> JUDGED = List.of("oneway", "wakeup", "throughput");

    private final List<Map<String, Object>> rows = new ArrayList<>();
    private boolean isComparable = true;

    private Comparison() {
    }

    static Comparison of(Results before, Results after) {
        Comparison comparison = new Comparison();
        for (String section : JUDGED) {
            comparison.isComparable &= !before.isDisturbed(section) && !after.isDisturbed(section);
        }
        comparison.oneWay(before, after);
        comparison.added(before, after);
        comparison.wakeups(before, after);
        comparison.throughput(before, after);
        return comparison;
    }

    /** Whether neither run was disturbed. */
    boolean isComparable() {
        return isComparable;
    }

    /** What was compared: what, before, after, verdict. */
    List<Map<String, Object>> rows() {
        return rows;
    }

    private void oneWay(Results before, Results after) {
        boolean isOtherFloor = isOtherFloor(before, after);
        for (Map<String, Object> then : Results.list(before.section("oneway"), "transports")) {
            String name = String.valueOf(then.get("name"));
            Map<String, Object> now = after.transport(name);
            if (now.isEmpty()) {
                add(name, "there", "missing", "missing");
                continue;
            }
            Map<String, Object> a = Results.object(then, "ratioToFloor");
            Map<String, Object> b = Results.object(now, "ratioToFloor");
            if (!a.isEmpty() && !b.isEmpty()) {
                boolean isApart = value(a, "p75") < value(b, "p25") || value(b, "p75") < value(a, "p25");
                if (isApart && isOtherFloor) {
                    add(name + ", times the floor", value(a, "p50"), value(b, "p50"), "other floor");
                } else {
                    compare(name + ", times the floor", value(a, "p50"), value(b, "p50"), isApart ? TENTH
                            : Double.POSITIVE_INFINITY);
                }
            }
            lost(name, then, now);
        }
    }

    /** A floor that moved says that the processors stood otherwise to each other: its multiples mean something else. */
    private boolean isOtherFloor(Results before, Results after) {
        double then = value(Results.object(before.transport(FLOOR), "latencyNs"), "p50");
        double now = value(Results.object(after.transport(FLOOR), "latencyNs"), "p50");
        boolean isOther = then > 0 && now > 0 && Math.abs(now - then) > QUARTER * then;
        if (isOther) {
            add("the floor itself, ns", then, now, "other floor");
        }
        return isOther;
    }

    private void added(Results before, Results after) {
        for (Map<String, Object> now : Results.list(after.section("oneway"), "transports")) {
            String name = String.valueOf(now.get("name"));
            if (before.transport(name).isEmpty()) {
                add(name, "missing", "there", "new");
            }
        }
    }

    private void lost(String name, Map<String, Object> then, Map<String, Object> now) {
        double before = value(then, "lost");
        double after = value(now, "lost");
        if (before != after && (before == 0 || after == 0 || Math.abs(after - before) > TENTH * before)) {
            add(name + ", lost", before, after, after > before ? "worse" : "better");
        }
    }

    private void wakeups(Results before, Results after) {
        for (Map<String, Object> then : Results.list(before.section("wakeup"), "legs")) {
            String name = String.valueOf(then.get("name"));
            long gapNs = (long) value(then, "gapNs");
            Map<String, Object> now = after.leg(name, gapNs);
            if (now.isEmpty()) {
                add(name + ", wake-up after " + gapNs / 1_000 + " us", "there", "missing", "missing");
            } else {
                compare(name + ", wake-up after " + gapNs / 1_000 + " us, ns",
                        value(Results.object(then, "latencyNs"), "p50"),
                        value(Results.object(now, "latencyNs"), "p50"), QUARTER);
            }
        }
    }

    private void throughput(Results before, Results after) {
        for (Map<String, Object> then : Results.list(before.section("throughput"), "runs")) {
            for (Map<String, Object> now : Results.list(after.section("throughput"), "runs")) {
                if (then.get("name").equals(now.get("name")) && value(then, "readers") == value(now, "readers")) {
                    // More is better here: so the other way round.
                    compareRates(then.get("name") + ", messages/s, readers " + (long) value(then, "readers"),
                            value(then, "messagesPerSecond"), value(now, "messagesPerSecond"));
                }
            }
        }
    }

    private void compareRates(String what, double before, double after) {
        boolean isChanged = Math.abs(after - before) > TENTH * Math.max(1, before);
        add(what, before, after, !isChanged ? "same" : after > before ? "better" : "worse");
    }

    private void compare(String what, double before, double after, double noise) {
        boolean isChanged = Math.abs(after - before) > noise * Math.max(Double.MIN_NORMAL, before);
        add(what, before, after, !isChanged ? "same" : after < before ? "better" : "worse");
    }

    private void add(String what, Object before, Object after, String verdict) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("what", what);
        row.put("before", rounded(before));
        row.put("after", rounded(after));
        row.put("verdict", verdict);
        rows.add(row);
    }

    private static Object rounded(Object value) {
        return value instanceof Double number
                ? number >= 1_000 ? (Object) Math.round(number) : GoalCheck.format("%.2f", number) : value;
    }

    private static double value(Map<String, Object> map, String key) {
        OptionalDouble number = Results.number(map, key);
        return number.orElse(0);
    }
}
