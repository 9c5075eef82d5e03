// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import static io.tickbus.bench.latency.report.GoalCheck.format;
import static io.tickbus.bench.latency.report.GoalCheck.number;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.harness.Tables;
import io.tickbus.bench.latency.harness.Versions;
import io.tickbus.cli.ReportText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One page of HTML that needs nothing else: data, styles, scripts and the chart library (Apache ECharts) are in it.
 */
public final class HtmlReport {
    private static final String ECHARTS = "/META-INF/resources/webjars/echarts/"
            + Versions.of("echarts") + "/dist/echarts.min.js";
    private static final double NS_PER_US = 1_000;
    private static final long MILLISECOND_NS = 1_000_000;

    private HtmlReport() {
    }

    /** Writes the page of results as {@code bench all} gives them. */
    public static void write(Map<String, Object> results, Path file) throws IOException {
        Files.writeString(file, of(new Results(results)), StandardCharsets.UTF_8);
    }

    static String of(Results results) throws IOException {
        Map<String, Object> data = new LinkedHashMap<>(results.root());
        data.put("headlines", headlines(results));
        data.put("claims", GoalCheck.of(results));
        data.put("tables", tables(results));
        // In a script element nothing but its end tag has a meaning, and an escaped "<" cannot be that.
        String json = JSON.std.asString(data).replace("<", "\\u003c").replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
        return resource("report.html").replace("/*STYLE*/", resource("report.css"))
                .replace("/*ECHARTS*/", resource(ECHARTS)).replace("/*SCRIPT*/", resource("report.js"))
                .replace("/*DATA*/", json);
    }

    /** For each section its tables: the headings, and the rows as text. */
    private static Map<String, Object> tables(Results results) {
        Map<String, Object> bySection = new LinkedHashMap<>();
        for (String section : Results.object(results.root(), "sections").keySet()) {
            List<Map<String, Object>> tables = new ArrayList<>();
            for (Tables.Table table : Tables.of(results.rows(section), true)) {
                List<String> names = table.columns();
                tables.add(Map.of("title", table.idleStates() == null ? "" : "Idle states " + table.idleStates(),
                        "head", names.stream().map(ReportText::label).toList(), "rows", table.rows().stream()
                        .map(row -> names.stream().map(name -> ReportText.text(row, name)).toList()).toList()));
            }
            bySection.put(section, tables);
        }
        return bySection;
    }

    /** The main result, in a sentence or three. */
    private static List<String> headlines(Results results) {
        List<String> sentences = new ArrayList<>();
        double spin = number(results.transport("tickbus-spin"), "latencyNs", "p50");
        double ratio = number(results.transport("tickbus-spin"), "ratioToFloor", "p50");
        double kill = number(results.transport("kill-sigwait"), "latencyNs", "p50");
        if (!Double.isNaN(spin)) {
            sentences.add(format("Tickbus, spinning: %.2f µs from process to process", spin / NS_PER_US)
                    + (Double.isNaN(ratio) ? "" : format(", %.2f times the C floor", ratio))
                    + (Double.isNaN(kill) ? "" : format("; kill + sigwait: %.1f µs", kill / NS_PER_US)) + ".");
        }
        Map<String, Object> leg = results.leg("tickbus-predictive", MILLISECOND_NS);
        double predictive = number(leg, "latencyNs", "p50");
        double cpu = number(leg, "cpuPercent", "receiver");
        double signal = number(results.leg("kill-sigwait", MILLISECOND_NS), "latencyNs", "p50");
        if (!Double.isNaN(predictive + signal)) {
            sentences.add(format("Asleep, woken each millisecond: predictive %.2f µs%s, kill + sigwait %.1f µs: %.0f "
                    + "times.", predictive / NS_PER_US, Double.isNaN(cpu) ? "" : format(" with %.0f %% CPU", cpu),
                    signal / NS_PER_US, signal / Math.max(1, predictive)));
        }
        double rate = number(results.row("load", "highest rate kept"), "firingsPerSecond");
        if (rate > 0) {
            sentences.add(format("Timers: %,.0f firings a second, each checked in another process, none lost%s.", rate,
                    results.isDisturbed("load") ? ", on a busy host" : ""));
        }
        return sentences;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
