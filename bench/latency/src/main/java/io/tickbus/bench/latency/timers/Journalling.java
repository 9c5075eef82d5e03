package io.tickbus.bench.latency.timers;

import io.tickbus.core.timer.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a journal costs. */
@Command(name = "journal", mixinStandardHelpOptions = true, description = {
    "Lateness with and without a journal, in turns; then durable arms per second with their replies, and how long a",
    "reply takes, by what the timer survives."})
final class Journalling implements Callable<Integer> {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long WARM_UP_NS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final int WINDOW = 2_048;

    @Mixin
    private RunOptions options;

    @Option(names = "--rounds", defaultValue = "4", description = "Rounds; default 4.")
    private int rounds;

    @Option(names = "--periodic-ms", defaultValue = "2000", description = "Of 1 kHz per round; default 2000 ms.")
    private long periodicMs;

    @Option(names = "--arming-ms", defaultValue = "3000", description = "Of arming per level; default 3000 ms.")
    private long armingMs;

    @Option(names = "--folder", description = "Where the journals go, on the disk that is meant; default a temporary "
            + "folder.")
    private Path folder;

    @Override
    public Integer call() throws Exception {
        Report report = new Report("journal");
        Path journals = folder == null ? Files.createTempDirectory("tickbus-journal-")
                : Files.createTempDirectory(folder, "tickbus-journal-");
        try (Stage stage = Stage.open(options, report)) {
            compareLateness(stage, report, journals);
            arm(stage, report, journals);
        } finally {
            delete(journals);
        }
        return report.print(options);
    }

    private void compareLateness(Stage stage, Report report, Path journals) throws Exception {
        List<Contender> contenders = List.of(
                TickbusContender.start(stage, Map.of("directory", stage.directory().resolve("plain").toString())),
                TickbusContender.start(stage, Map.of("directory", stage.directory().resolve("journalled").toString(),
                        "journal", journals.resolve("lateness").toString())));
        Interleaving interleaving = new Interleaving(stage, report, contenders);
        interleaving.warmUp(List.of(Workload.periodic(List.of(PERIOD_NS / 4), WARM_UP_NS, 0)));
        Map<String, Workload> workloads = new LinkedHashMap<>();
        workloads.put("1kHz",
                Workload.periodic(List.of(PERIOD_NS), TimeUnit.MILLISECONDS.toNanos(periodicMs), SETTLE_NS));
        interleaving.run(rounds, workloads);
        interleaving.demandFlawless("tickbus");
    }

    private void arm(Stage stage, Report report, Path journals) throws Exception {
        Map<String, Object> settings = TickbusContender.settings(stage,
                Map.of("mode", "spin", "directory", stage.directory().resolve("arming").toString(), "journal",
                        journals.resolve("arming").toString()));
        stage.child("daemon", -1, settings);
        ChildProcess client = stage.child("durable-arming", -1, settings);
        for (Durability durability : Durability.values()) {
            for (int window : new int[] {WINDOW, 1}) {
                Map<String, Object> order = Map.of("durability", durability.name(), "window", window, "durationNs",
                        TimeUnit.MILLISECONDS.toNanos(armingMs));
                Progress.say("arming, " + durability + ", " + window + " at a time");
                client.ask("arm", order);
                Map<String, Object> answer = client.ask("arm", order);
                Row row = report.row("arm " + durability + (window == 1 ? " one-by-one" : " pipelined"));
                answer.forEach(row::put);
                stage.rest();
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
