// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what changed from one run to another beyond noise. */
@Command(name = "compare", mixinStandardHelpOptions = true,
        description = "Say what changed beyond noise from one results file to another.")
public final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "A.json", description = "Results of 'bench all' or 'bench oneway --json'.")
    private Path before;

    @Parameters(index = "1", paramLabel = "B.json", description = "Later ones.")
    private Path after;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Override
    public Integer call() throws IOException {
        Comparison comparison = Comparison.of(Results.read(before), Results.read(after));
        if (isJson) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("comparable", comparison.isComparable());
            map.put("changes", comparison.rows());
            System.out.print(JsonLines.indented(map));
        } else {
            print(comparison, Terminal.writer(System.out));
        }
        return 0;
    }

    private static void print(Comparison comparison, PrintWriter out) {
        List<Report> changed = new ArrayList<>();
        comparison.rows().stream().filter(row -> !"same".equals(row.get("verdict")))
                .forEach(row -> {
                    Report report = new Report();
                    report.putAll(row);
                    changed.add(report);
                });
        if (!changed.isEmpty()) {
            ReportText.table("what", "before", "after", "verdict").print(out, changed);
        }
        out.println(comparison.rows().size() + " figures compared, " + changed.size()
                + " of them changed beyond noise");
        if (!comparison.isComparable()) {
            out.println("One of the runs was disturbed: what changed may be the host.");
        }
        out.flush();
    }
}
