// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the page of results that are there. */
@Command(name = "report", mixinStandardHelpOptions = true,
        description = "Write the HTML report of a results.json again.")
public final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RESULTS.json",
            description = "What 'bench all', 'bench oneway --json' or 'bench wakeup --json' wrote.")
    private Path results;

    @Option(names = "--out", paramLabel = "FILE", description = "Default: report.html beside the results.")
    private Path out;

    @Option(names = "--jmh", paramLabel = "FILE", description = {
        "What bench/micro wrote with '-rf json' for 'Enqueue|Contended':",
        "the report then judges what it costs to enqueue a message."})
    private Path jmh;

    @Option(names = "--chart", paramLabel = "FILE.svg", description = {
        "Draw latency against CPU of the ways to wait, from 'bench wakeup', to this file,",
        "instead of the page."})
    private Path chart;

    @Override
    public Integer call() throws IOException {
        if (chart != null) {
            Files.writeString(chart, WaitingChart.of(Results.read(results)), StandardCharsets.UTF_8);
            System.out.println(chart);
            return 0;
        }
        Path file = out == null ? results.toAbsolutePath().resolveSibling("report.html") : out;
        Results read = Results.read(results);
        HtmlReport.write((jmh == null ? read : read.withEnqueue(jmh)).root(), file);
        System.out.println(file);
        return 0;
    }
}
