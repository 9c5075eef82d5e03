package io.tickbus.bench.latency.oneway;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.ChildFlags;
import io.tickbus.bench.latency.run.Hiccups;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the reports of both benchmarks of a pair of processes have in common. */
final class PairReport {
    private PairReport() {
    }

    /** A table under its name, and what stands below it. */
    static Map<String, Object> of(String name, List<Map<String, Object>> table, BenchRun run,
            Map<String, Object> found) {
        @SuppressWarnings("unchecked")
        Map<String, Object> hiccup = (Map<String, Object>) found.get("hiccup");
        Hiccups hiccups = new Hiccups();
        hiccups.add(hiccup);
        Map<String, Object> report = new LinkedHashMap<>();
        report.put(name, table);
        report.put("hiccup", hiccup);
        report.put("disturbed", hiccups.isDisturbed());
        report.put("leftOut", run.leftOut());
        run.environment().put("childFlags", ChildFlags.all());
        report.put("environment", run.environment());
        return report;
    }

    static String toJson(Map<String, Object> report) throws IOException {
        return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report) + "\n";
    }
}
