package io.tickbus.bench.latency.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the page of results that are there. */
@Command(name = "report", mixinStandardHelpOptions = true,
        description = "Write the HTML report of a results.json again.")
public final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RESULTS.json", description = "What 'bench all' or 'bench oneway --json' wrote.")
    private Path results;

    @Option(names = "--out", paramLabel = "FILE", description = "Default: report.html beside the results.")
    private Path out;

    @Option(names = "--jmh", paramLabel = "FILE", description = {
        "What bench/micro wrote with '-rf json' for 'Enqueue|Contended':",
        "the report then judges what it costs to enqueue a message."})
    private Path jmh;

    @Override
    public Integer call() throws IOException {
        Path file = out == null ? results.toAbsolutePath().resolveSibling("report.html") : out;
        Results read = Results.read(results);
        HtmlReport.write((jmh == null ? read : read.withEnqueue(jmh)).root(), file);
        System.out.println(file);
        return 0;
    }
}
