package io.tickbus.bench.latency.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes the page anew from results. */
@Command(name = "report", mixinStandardHelpOptions = true,
        description = "Make the HTML report of a results.json anew.")
public final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RESULTS.json", description = "What 'bench all' or 'bench oneway --json' wrote.")
    private Path results;

    @Option(names = "--out", paramLabel = "FILE", description = "Default: report.html beside the results.")
    private Path out;

    /** The command line makes it. */
    public ReportCommand() {
        // Nothing to set.
    }

    @Override
    public Integer call() throws IOException {
        Path file = out == null ? results.toAbsolutePath().resolveSibling("report.html") : out;
        HtmlReport.write(Results.read(results).root(), file);
        System.out.println(file);
        return 0;
    }
}
