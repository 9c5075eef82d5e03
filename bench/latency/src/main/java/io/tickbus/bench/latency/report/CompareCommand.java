// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import io.tickbus.bench.latency.harness.JsonLines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
            System.out.print(toText(comparison));
        }
        return 0;
    }

    private static String toText(Comparison comparison) {
        StringBuilder text = new StringBuilder();
        List<Map<String, Object>> changed =
                comparison.rows().stream().filter(row -> !"same".equals(row.get("verdict"))).toList();
        for (Map<String, Object> row : changed) {
            text.append(String.format(Locale.ROOT, "%-44s %14s %14s  %s%n", row.get("what"), row.get("before"),
                    row.get("after"), row.get("verdict")));
        }
        text.append(comparison.rows().size()).append(" figures compared, ").append(changed.size())
                .append(" of them changed beyond noise").append(System.lineSeparator());
        if (!comparison.isComparable()) {
            text.append("One of the runs was disturbed: what changed may be the host.").append(System.lineSeparator());
        }
        return text.toString();
    }
}
