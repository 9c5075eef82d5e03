// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Cost, resolution and steps back of every path to "now", on each JDK found. */
@Command(name = "clocks", mixinStandardHelpOptions = true,
        description = "Measure what it costs to ask for the time, by every path, on each JDK found.")
public final class ClocksCommand implements Callable<Integer> {
    private static final int BATCHES = 60;
    private static final int QUICK_BATCHES = 15;
    private static final String ACTIVE = "current_clocksource";
    private static final String AVAILABLE = "available_clocksource";

    @Option(names = "--jdk", paramLabel = "HOME", description = "Another JDK; may be given several times.")
    private List<Path> jdks = new ArrayList<>();

    @Option(names = "--switch-source",
            description = "With root: under every clock source that the kernel has; the active one is restored.")
    private boolean isSwitching;

    @Option(names = "--quick", description = "Fewer batches.")
    private boolean isQuick;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Option(names = "--sysfs", hidden = true, defaultValue = "/sys/devices/system/clocksource/clocksource0",
            description = "Where the kernel's clock sources are.")
    private Path sysfs;

    private final BenchReport report = new BenchReport("paths");

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Jdk> found = Jdk.find(jdks);
        String active = Files.isReadable(sysfs.resolve(ACTIVE))
                ? Files.readString(sysfs.resolve(ACTIVE), StandardCharsets.US_ASCII).strip()
                : "unknown";
        if (isSwitching && !Files.isWritable(sysfs.resolve(ACTIVE))) {
            throw new IllegalArgumentException("the clock source cannot be switched here, since "
                    + sysfs.resolve(ACTIVE) + " cannot be written: run it as root, on a host that lets you");
        }
        measureAll(found, active);
        if (isSwitching) {
            measureOthers(found, active);
        } else {
            report.leaveOut("other clock sources", "they need root and --switch-source");
        }
        return report.print(isJson);
    }

    private void measureOthers(List<Jdk> found, String active) throws IOException, InterruptedException {
        try (SourceSwitch source = SourceSwitch.open(sysfs.resolve(ACTIVE))) {
            String available = Files.readString(sysfs.resolve(AVAILABLE), StandardCharsets.US_ASCII).strip();
            for (String other : available.split("\\s+", -1)) {
                if (!other.equals(active) && isChosen(source, other)) {
                    measureAll(found, other);
                }
            }
        }
    }

    private boolean isChosen(SourceSwitch source, String name) {
        try {
            source.choose(name);
            return true;
        } catch (IOException e) {
            report.leaveOut("clock source " + name, "the kernel does not accept it: " + e.getMessage());
            return false;
        }
    }

    private void measureAll(List<Jdk> found, String source) throws IOException, InterruptedException {
        try (BenchHarness harness = BenchHarness.open(report, false)) {
            for (Jdk jdk : found) {
                Progress.say("JDK " + jdk.version() + ", clock source " + source);
                try (ChildProcess probe = harness.child(ProbeRole.class, -1, Map.of(),
                        JvmLaunch.of(jdk.java(), Jdk.feature(jdk.version())))) {
                    Map<String, Object> result =
                            probe.ask("measure", Map.of("batches", isQuick ? QUICK_BATCHES : BATCHES));
                    addRows(jdk, source, result);
                }
            }
        }
    }

    private void addRows(Jdk jdk, String source, Map<String, Object> result) {
        for (Map<String, Object> path : JsonLines.objects(result, "paths")) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("jdk", jdk.version());
            row.put("clockSource", source);
            row.putAll(path);
            report.row(row);
        }
        for (Object left : (List<?>) result.get("leftOut")) {
            String[] parts = ((String) left).split(": ", 2);
            report.leaveOut(parts[0] + " with JDK " + jdk.version(), parts[1]);
        }
        report.hiccups().add(JsonLines.object(result, "hiccup"));
    }
}
