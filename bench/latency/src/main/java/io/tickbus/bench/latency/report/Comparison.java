// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import static io.tickbus.bench.latency.report.GoalCheck.format;

import io.tickbus.core.internal.DurationText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Two results, figure by figure. Ratios to the floor have changed when their quartiles do not overlap and the medians
 * differ by more than a tenth; a median latency of a wake-up when it differs by more than a quarter; throughput, by
 * more than a tenth; a loss, when there was none.
 */
final class Comparison {
    private static final double TENTH = 0.10;
    private static final double QUARTER = 0.25;
    private static final String FLOOR = "c-floor";

    private final Results before;
    private final Results after;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    private Comparison(Results before, Results after) {
        this.before = before;
        this.after = after;
    }

    static Comparison of(Results before, Results after) {
        Comparison comparison = new Comparison(before, after);
        boolean isOtherFloor = comparison.isOtherFloor();
        comparison.table("oneway", "transports", row -> text(row, "name"),
                (name, then, now) -> comparison.oneWay(name, then, now, isOtherFloor));
        comparison.table("wakeup", "legs",
                row -> text(row, "name") + ", " + DurationText.format((long) value(row, "gapNs"))
                        + (Results.isUsual(row) ? "" : ", idle forbidden"),
                (name, then, now) -> comparison.compare(name + ", ns", value(then, "latencyNs", "p50"),
                        value(now, "latencyNs", "p50"), QUARTER, false));
        comparison.table("throughput", "runs",
                row -> text(row, "name") + ", readers " + (long) value(row, "readers") + ", messages/s",
                (name, then, now) -> comparison.compare(name, value(then, "messagesPerSecond"),
                        value(now, "messagesPerSecond"), TENTH, true));
        return comparison;
    }

    /** Whether neither run was disturbed. */
    boolean isComparable() {
        return Stream.of("oneway", "wakeup", "throughput")
                .noneMatch(section -> before.isDisturbed(section) || after.isDisturbed(section));
    }

    /** What was compared: what, before, after, verdict. */
    List<Map<String, Object>> rows() {
        return rows;
    }

    /** How a row of both results is compared. */
    private interface RowComparison {
        void compare(String name, Map<String, Object> then, Map<String, Object> now);
    }

    private void table(String section, String list, Function<Map<String, Object>, String> key,
            RowComparison comparison) {
        Map<String, Map<String, Object>> then = byKey(before, section, list, key);
        Map<String, Map<String, Object>> now = byKey(after, section, list, key);
        then.forEach((name, row) -> {
            if (now.containsKey(name)) {
                comparison.compare(name, row, now.get(name));
            } else {
                add(name, "there", "missing", "missing");
            }
        });
        now.keySet().stream().filter(name -> !then.containsKey(name))
                .forEach(name -> add(name, "missing", "there", "new"));
    }

    private static Map<String, Map<String, Object>> byKey(Results results, String section, String list,
            Function<Map<String, Object>, String> key) {
        Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
        Results.list(results.section(section), list).forEach(row -> rows.put(key.apply(row), row));
        return rows;
    }

    private void oneWay(String name, Map<String, Object> then, Map<String, Object> now, boolean isOtherFloor) {
        Map<String, Object> a = Results.object(then, "ratioToFloor");
        Map<String, Object> b = Results.object(now, "ratioToFloor");
        if (!a.isEmpty() && !b.isEmpty()) {
            boolean isApart = value(a, "p75") < value(b, "p25") || value(b, "p75") < value(a, "p25");
            if (isApart && isOtherFloor) {
                add(name + ", times the floor", value(a, "p50"), value(b, "p50"), "other floor");
            } else {
                compare(name + ", times the floor", value(a, "p50"), value(b, "p50"),
                        isApart ? TENTH : Double.POSITIVE_INFINITY, false);
            }
        }
        double lostThen = value(then, "lost");
        double lostNow = value(now, "lost");
        if (lostThen != lostNow && (lostThen == 0 || lostNow == 0 || Math.abs(lostNow - lostThen) > TENTH * lostThen)) {
            add(name + ", lost", lostThen, lostNow, lostNow > lostThen ? "worse" : "better");
        }
    }

    /** A floor that moved says that the processors are placed otherwise: its multiples mean something else. */
    private boolean isOtherFloor() {
        double then = value(before.transport(FLOOR), "latencyNs", "p50");
        double now = value(after.transport(FLOOR), "latencyNs", "p50");
        boolean isOther = then > 0 && now > 0 && Math.abs(now - then) > QUARTER * then;
        if (isOther) {
            add("the floor itself, ns", then, now, "other floor");
        }
        return isOther;
    }

    private void compare(String what, double then, double now, double noise, boolean isMoreBetter) {
        boolean isChanged = Math.abs(now - then) > noise * Math.max(Double.MIN_NORMAL, then);
        add(what, then, now, !isChanged ? "same" : now > then == isMoreBetter ? "better" : "worse");
    }

    private void add(String what, Object then, Object now, String verdict) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("what", what);
        row.put("before", rounded(then));
        row.put("after", rounded(now));
        row.put("verdict", verdict);
        rows.add(row);
    }

    private static Object rounded(Object value) {
        return value instanceof Double number ? number >= 1_000 ? (Object) Math.round(number) : format("%.2f", number)
                : value;
    }

    private static String text(Map<String, Object> row, String key) {
        return String.valueOf(row.get(key));
    }

    private static double value(Map<String, Object> map, String... path) {
        return Results.number(map, path).orElse(0);
    }
}
