// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import io.tickbus.cli.host.HostFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a benchmark found: rows, notes, what was left out, the hiccup meter of the same run, and where it ran. */
public final class BenchReport {
    private final String table;
    private final Map<String, Object> head = new LinkedHashMap<>();
    private final List<Supplier<Map<String, Object>>> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final Map<String, Object> environment = new LinkedHashMap<>(HostFacts.read());
    private final Hiccups hiccups = new Hiccups();
    private List<?> timeline = List.of();

    /**
     * One column of a printed table.
     *
     * @param title of the column
     * @param width in characters; negative aligns to the left
     * @param cell  the text of a row's cell
     */
    public record Column(String title, int width, Function<Map<String, Object>, Object> cell) {
        /** A column that shows a field as it is. */
        public static Column field(String title, int width, String name) {
            return new Column(title, width, row -> row.get(name));
        }

        /** A column that shows a figure of an inner object, divided, with some decimals; "-" where it is missing. */
        public static Column figure(String title, String object, String name, double divisor, int decimals) {
            return new Column(title, Math.max(10, title.length() + 1), row -> {
                Object figure = (object == null ? row : JsonLines.object(row, object)).get(name);
                return figure instanceof Number number
                        ? String.format(Locale.ROOT, "%." + decimals + "f", number.doubleValue() / divisor) : "-";
            });
        }
    }

    /** An empty one, with the name of its table. */
    public BenchReport(String table) {
        this.table = table;
    }

    /** Puts a field before the table. */
    public BenchReport head(String key, Object value) {
        head.put(key, value);
        return this;
    }

    /** Adds a row. */
    public void row(Map<String, Object> row) {
        rows.add(() -> row);
    }

    /** Adds a row that is still growing. */
    public void row(Supplier<Map<String, Object>> row) {
        rows.add(row);
    }

    /** Adds a sentence that a reader needs. */
    public void note(String sentence) {
        notes.add(sentence);
        Progress.say(sentence);
    }

    /** Reports something that must not happen, whatever the figures: the run fails. */
    public void fault(String sentence) {
        faults.add(sentence);
    }

    /** Tells, once, what is left out and why. */
    public void leaveOut(String what, String why) {
        if (leftOut.putIfAbsent(what, why) == null) {
            Progress.say("left out: " + what + ", since " + why);
        }
    }

    /** Whether something is left out. */
    public boolean isLeftOut(String what) {
        return leftOut.containsKey(what);
    }

    /** Adds something about where it ran. */
    public void environment(String key, Object value) {
        environment.put(key, value);
    }

    /** The hiccup meter's sum. */
    public Hiccups hiccups() {
        return hiccups;
    }

    /** Adds what a process's meter saw, with its course over time. */
    public void hiccups(Map<String, Object> seen, List<?> newTimeline) {
        hiccups.add(seen);
        timeline = newTimeline;
    }

    private Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>(head);
        map.put(table, rows.stream().map(Supplier::get).toList());
        map.put("notes", notes);
        map.put("faults", faults);
        Map<String, Object> hiccup = hiccups.toMap();
        if (!timeline.isEmpty()) {
            hiccup.put("timeline", timeline);
        }
        map.put("hiccup", hiccup);
        map.put("disturbed", hiccups.isDisturbed());
        List<Map<String, String>> left = new ArrayList<>();
        leftOut.forEach((what, why) -> left.add(Map.of("what", what, "why", why)));
        map.put("leftOut", left);
        map.put("environment", environment);
        return map;
    }

    private String toText(List<Column> columns) {
        StringBuilder text = new StringBuilder();
        if (columns.isEmpty()) {
            rows.forEach(row -> text.append(line(row.get())));
        } else {
            text.append(line(columns, Column::title));
            rows.forEach(row -> text.append(line(columns, column -> column.cell().apply(row.get()))));
        }
        notes.forEach(note -> text.append("note: ").append(note).append('\n'));
        text.append("hiccups of an idle thread: ").append(hiccups).append('\n');
        text.append("environment: ").append(environment).append('\n');
        leftOut.forEach((what, why) -> text.append("left out: " + what + ", since " + why + "\n"));
        if (hiccups.isDisturbed()) {
            text.append("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.\n");
        }
        faults.forEach(fault -> text.append("FAULT: ").append(fault).append('\n'));
        return text.toString();
    }

    private static String line(List<Column> columns, Function<Column, Object> text) {
        StringBuilder line = new StringBuilder();
        for (Column column : columns) {
            line.append(line.isEmpty() ? "" : " ")
                    .append(String.format(Locale.ROOT, "%" + column.width() + "s", text.apply(column)));
        }
        return line.append('\n').toString();
    }

    private static String line(Map<String, Object> row) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-30s", row.get("name")));
        row.forEach((key, value) -> line.append(key.equals("name") ? "" : " " + key + "=" + value));
        return line.append('\n').toString();
    }

    /** Prints it, as a table of these columns or, without any, each field by name. Returns the exit code. */
    public int print(boolean isJson, Column... columns) {
        environment.put("childFlags", JvmLaunch.here().flags());
        System.out.print(isJson ? JsonLines.indented(toMap()) : toText(List.of(columns)));
        return faults.isEmpty() ? 0 : 1;
    }
}
