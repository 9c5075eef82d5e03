package io.tickbus.bench.latency.timers;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.Hiccups;
import io.tickbus.posix.HostFacts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a scenario found: rows, notes, the hiccup meter of the same run, and where it ran. */
final class Report {
    private final String scenario;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Object> environment = new LinkedHashMap<>(HostFacts.read());
    private final Hiccups hiccups = new Hiccups();

    Report(String scenario) {
        this.scenario = scenario;
    }

    Row row(String name) {
        Row row = new Row(name);
        rows.add(row);
        return row;
    }

    /** A sentence that a reader needs. */
    void note(String sentence) {
        notes.add(sentence);
        Progress.say(sentence);
    }

    /** Something that must not be, whatever the figures: the run fails. */
    void fault(String sentence) {
        faults.add(sentence);
    }

    void environment(String key, Object value) {
        environment.put(key, value);
    }

    /** Adds what a child's hiccup meter saw. */
    void hiccup(Map<String, Object> seen) {
        hiccups.add(seen);
    }

    private Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("scenario", scenario);
        map.put("rows", rows.stream().map(Row::toMap).toList());
        map.put("notes", notes);
        map.put("faults", faults);
        map.put("hiccup", hiccups.toMap());
        map.put("disturbed", hiccups.isDisturbed());
        map.put("environment", environment);
        return map;
    }

    private String toText() {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            Map<String, Object> map = row.toMap();
            text.append(String.format(Locale.ROOT, "%-30s", map.remove("name")));
            map.forEach((key, value) -> text.append(' ').append(key).append('=').append(value));
            text.append('\n');
        }
        notes.forEach(note -> text.append("note ").append(note).append('\n'));
        text.append("hiccup ").append(hiccups.toMap()).append('\n');
        text.append("environment ").append(environment).append('\n');
        if (hiccups.isDisturbed()) {
            text.append("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.\n");
        }
        faults.forEach(fault -> text.append("FAULT ").append(fault).append('\n'));
        return text.toString();
    }

    /** Prints it and gives the exit code. */
    int print(RunOptions options) throws IOException {
        environment.put("seed", options.seed());
        environment.put("childFlags", ChildMain.flags());
        System.out.print(options.isJson()
                ? JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(toMap()) + "\n" : toText());
        return faults.isEmpty() ? 0 : 1;
    }
}
