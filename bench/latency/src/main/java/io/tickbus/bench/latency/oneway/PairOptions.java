package io.tickbus.bench.latency.oneway;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.ChildFlags;
import io.tickbus.bench.latency.transport.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What both benchmarks of a pair of processes can be told. */
final class PairOptions {
    private static final double DISTURBED_SHARE = 0.10;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these transports.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Option(names = "--no-pin", negatable = false, description = "Leave the placement of the processes to the kernel.")
    private boolean isUnpinned;

    @Option(names = "--histograms", paramLabel = "FILE",
            description = "Write all latencies as an HdrHistogram log to this file.")
    private Path histograms;

    boolean isJson() {
        return isJson;
    }

    boolean isPinned() {
        return !isUnpinned;
    }

    /** The transports that are wanted out of those that are possible; the floor always comes first. */
    List<Transports> wanted(List<Transports> possible) {
        only.forEach(Transports::of);
        List<Transports> wanted = new ArrayList<>();
        for (Transports transport : possible) {
            if (only.isEmpty() || only.contains(transport.label())) {
                wanted.add(transport);
            }
        }
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("none of these transports takes part here: only=" + only);
        }
        return wanted;
    }

    void keepHistograms(BenchRun run) throws IOException {
        if (histograms != null) {
            Files.copy(run.directory().resolve(OneWayRun.HISTOGRAMS), histograms,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What stands below every table. */
    static Map<String, Object> frame(BenchRun run, Map<String, Object> found) {
        @SuppressWarnings("unchecked")
        Map<String, Object> hiccup = (Map<String, Object>) found.get("hiccup");
        double stolenNs = ((Number) hiccup.get("stolenNs")).doubleValue();
        Map<String, Object> frame = new LinkedHashMap<>();
        frame.put("hiccup", hiccup);
        frame.put("disturbed", stolenNs > DISTURBED_SHARE * ((Number) hiccup.get("watchedNs")).longValue());
        frame.put("leftOut", run.leftOut());
        run.environment().put("childFlags", ChildFlags.all());
        frame.put("environment", run.environment());
        return frame;
    }

    static String toJson(Map<String, Object> report) throws IOException {
        return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report) + "\n";
    }
}
