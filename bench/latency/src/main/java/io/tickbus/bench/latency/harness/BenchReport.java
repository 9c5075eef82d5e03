// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.host.HostFacts;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private void print(PrintWriter out) {
        for (Tables.Table table : Tables.of(rows.stream().map(Supplier::get).toList(), false)) {
            if (table.idleStates() != null) {
                out.println("idle states " + table.idleStates() + ":");
            }
            ReportText.table(table.columns().toArray(String[]::new)).print(out, table.rows());
            out.println();
        }
        notes.forEach(note -> out.println("note: " + note));
        leftOut.forEach((what, why) -> out.println("left out: " + what + ", since " + why));
        out.println("hiccups of an idle thread: " + hiccups);
        if (hiccups.isDisturbed()) {
            out.println("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.");
        }
        Report where = new Report();
        where.putAll(environment);
        where.keySet().removeAll(List.of("childFlags", "jvmArguments"));
        ReportText.print(out, where);
        faults.forEach(fault -> out.println("FAULT: " + fault));
        out.flush();
    }

    /** Prints it, as tables or as JSON. Returns the exit code. */
    public int print(boolean isJson) {
        environment.put("childFlags", JvmLaunch.here().flags());
        PrintWriter out = Terminal.writer(System.out);
        if (isJson) {
            out.print(JsonLines.indented(toMap()));
            out.flush();
        } else {
            print(out);
        }
        return faults.isEmpty() ? 0 : 1;
    }
}
