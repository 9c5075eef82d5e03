// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import io.tickbus.bench.latency.Latency;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.cli.host.HostFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Every benchmark, one after the other, each a process of its own; one folder with all that they found. */
@Command(name = "all", mixinStandardHelpOptions = true,
        description = "Run every benchmark; write raw histograms, one JSON file and one HTML report.")
public final class AllCommand implements Callable<Integer> {
    private static final DateTimeFormatter FOLDER = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss", Locale.ROOT);

    @ArgGroup
    private Mode mode = new Mode();

    @Option(names = "--out", paramLabel = "FOLDER", description = "Where to write; default results/<date>.")
    private Path out;

    @Option(names = "--sections", split = ",", paramLabel = "NAME", description = "Only these benchmarks.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--json", description = "Print the results as one JSON object, too.")
    private boolean isJson;

    private static final class Mode {
        @Option(names = "--quick", description = "Within three minutes.")
        private boolean isQuick;
        @Option(names = "--full", description = "Within thirty minutes; the default.")
        private boolean isFull;

        boolean isQuick() {
            return isQuick && !isFull;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Section> sections = wanted();
        Path folder = out == null
                ? Path.of("results", FOLDER.format(LocalDateTime.now(ZoneOffset.UTC))) : out;
        Files.createDirectories(folder);
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("startedAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        results.put("mode", mode.isQuick() ? "quick" : "full");
        List<Map<String, String>> leftOut = new ArrayList<>();
        long startNs = System.nanoTime();
        results.put("sections", run(sections, folder, leftOut));
        results.put("seconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs));
        results.put("leftOut", leftOut);
        results.put("environment", HostFacts.read());
        String json = JsonLines.indented(results);
        Files.writeString(folder.resolve("results.json"), json, StandardCharsets.UTF_8);
        HtmlReport.write(results, folder.resolve("report.html"));
        System.out.print(isJson ? json : folder.resolve("report.html") + System.lineSeparator());
        return leftOut.isEmpty() ? 0 : 1;
    }

    private List<Section> wanted() {
        List<String> names = Section.ALL.stream().map(Section::name).toList();
        for (String name : only) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("there is no benchmark '" + name + "'; there are "
                        + String.join(", ", names));
            }
        }
        return Section.ALL.stream().filter(
                each -> only.isEmpty() ? each.isIn(mode.isQuick()) : only.contains(each.name())).toList();
    }

    private Map<String, Object> run(List<Section> sections, Path folder, List<Map<String, String>> leftOut)
            throws IOException, InterruptedException {
        Map<String, Object> found = new LinkedHashMap<>();
        int leftS = sections.stream().mapToInt(each -> each.seconds(mode.isQuick())).sum();
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            Progress.say(section.name() + ", " + (i + 1) + " of " + sections.size() + ", about "
                    + leftS + " s left");
            leftS -= section.seconds(mode.isQuick());
            long startNs = System.nanoTime();
            String output = output(section, folder);
            if (output.isBlank()) {
                leftOut.add(Map.of("what", section.name(), "why", "it failed, see its message on standard error"));
                Progress.say(section.name() + " failed, see its message above; the others continue");
            } else {
                Map<String, Object> result = JsonLines.parse(output);
                result.put("seconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs));
                found.put(section.name(), result);
            }
        }
        return found;
    }

    private String output(Section section, Path folder) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(section.words(mode.isQuick()));
        words.add("--json");
        if (section.name().equals("oneway") || section.name().equals("wakeup")) {
            words.addAll(List.of("--histograms", folder.resolve(section.name() + ".hlog").toString()));
        }
        Process process = JvmLaunch.here().start(Latency.class.getName(), words);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
