package io.tickbus.bench.latency.clocks;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.ChildFlags;
import io.tickbus.bench.latency.run.Hiccups;
import io.tickbus.posix.HostFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
            description = "With root: under every clock source that the kernel has; the active one is put back.")
    private boolean isSwitching;

    @Option(names = "--quick", description = "Fewer batches.")
    private boolean isQuick;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Option(names = "--sysfs", hidden = true, defaultValue = "/sys/devices/system/clocksource/clocksource0",
            description = "Where the kernel's clock sources are.")
    private Path sysfs;

    private final List<Map<String, Object>> paths = new ArrayList<>();
    private final List<Map<String, String>> leftOut = new ArrayList<>();
    private final Hiccups hiccups = new Hiccups();

    /** The command line makes it. */
    public ClocksCommand() {
        // Nothing to set.
    }

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
            leaveOut("other clock sources", "they need root and --switch-source");
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("paths", paths);
        report.put("leftOut", leftOut);
        report.put("hiccup", hiccups.toMap());
        report.put("disturbed", hiccups.isDisturbed());
        report.put("environment", HostFacts.read());
        System.out.print(isJson ? JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report) + "\n"
                : toText(report));
        return 0;
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
            leaveOut("clock source " + name, "the kernel does not take it: " + e.getMessage());
            return false;
        }
    }

    private void leaveOut(String what, String why) {
        leftOut.add(Map.of("what", what, "why", why));
        System.err.println("left out: " + what + ", " + why);
    }

    private void measureAll(List<Jdk> found, String source) throws IOException, InterruptedException {
        for (Jdk jdk : found) {
            System.err.println("clocks: JDK " + jdk.version() + ", clock source " + source);
            measure(jdk, source);
        }
    }

    @SuppressWarnings("unchecked")
    private void measure(Jdk jdk, String source) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
        command.addAll(ChildFlags.of(Jdk.feature(jdk.version())));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ClockProbe.class.getName(),
                Integer.toString(isQuick ? QUICK_BATCHES : BATCHES)));
        Process probe = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (probe.waitFor() != 0) {
            throw BenchRun.failed();
        }
        Map<String, Object> result = JSON.std.mapFrom(BenchRun.expect(output.strip(), BenchRun.RESULT));
        for (Map<String, Object> path : (List<Map<String, Object>>) result.get("paths")) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("jdk", jdk.version());
            row.put("clockSource", source);
            row.putAll(path);
            paths.add(row);
        }
        for (String what : (List<String>) result.get("leftOut")) {
            leaveOut("with JDK " + jdk.version(), what);
        }
        hiccups.add((Map<String, Object>) result.get("hiccup"));
    }

    @SuppressWarnings("unchecked")
    private static String toText(Map<String, Object> report) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-10s %-10s %-28s %10s %14s %10s%n", "JDK",
                "source", "path", "cost ns", "resolution ns", "backwards"));
        for (Map<String, Object> row : (List<Map<String, Object>>) report.get("paths")) {
            Map<String, Object> cost = (Map<String, Object>) row.get("costNs");
            Object backward = row.get("backwardSteps");
            text.append(String.format(Locale.ROOT, "%-10s %-10s %-28s %10.1f %14s %10s%n", row.get("jdk"),
                    row.get("clockSource"), row.get("path"), ((Number) cost.get("p50")).doubleValue(),
                    row.get("resolutionNs"), backward == null ? "-" : backward));
        }
        text.append("hiccups of an idle thread: ").append(report.get("hiccup")).append(System.lineSeparator());
        if ((boolean) report.get("disturbed")) {
            text.append("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.")
                    .append(System.lineSeparator());
        }
        return text.toString();
    }
}
