package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.Contender.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether periodic timers stay with their anchor. */
@Command(name = "drift", mixinStandardHelpOptions = true, description = {
    "A periodic timer of 1 kHz, and one of 100 Hz: how far its k-th firing moves away from anchor + k x period.",
    "Tickbus beside other timers at a fixed rate, and at a fixed delay, which is all that some of them offer."})
final class Drifting implements Callable<Integer> {
    private static final Map<String, Long> PERIODS_NS = new LinkedHashMap<>();
    private static final long WARM_UP_NS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final List<String> PEERS = List.of("stpe", "java-util-timer", "netty-1ms", "agrona-200us");
    private static final List<String> FIGURES = List.of("firings", "slopeNsPerS", "slopePpm", "firstOffsetNs",
            "finalOffsetNs");

    static {
        PERIODS_NS.put("1kHz", TimeUnit.MILLISECONDS.toNanos(1));
        PERIODS_NS.put("100Hz", TimeUnit.MILLISECONDS.toNanos(10));
    }

    @Mixin
    private RunOptions options;

    @Option(names = "--rounds", defaultValue = "1", description = "Rounds; default 1.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "Of each timer in a round; default 3 s.")
    private long seconds;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only those whose names begin so.")
    private List<String> only = new ArrayList<>();

    private final Map<String, Line> lines = new LinkedHashMap<>();

    /** A contender and a period, over all rounds. */
    private static final class Line {
        private final Row row;
        private final boolean isAtFixedRate;
        private final Map<String, List<Double>> drift = new LinkedHashMap<>();
        private final List<Double> cpuPercent = new ArrayList<>();

        Line(Row row, boolean isAtFixedRate) {
            this.row = row;
            this.isAtFixedRate = isAtFixedRate;
        }

        /** What a fixed delay has put off is not lost: there, nothing is said of late and lost firings. */
        void add(Outcome outcome) {
            if (isAtFixedRate) {
                row.add(outcome);
            }
            Map<String, Object> found = Wire.object(outcome.extras(), "drift");
            FIGURES.forEach(each -> drift.computeIfAbsent(each, key -> new ArrayList<>())
                    .add(Wire.fraction(found, each)));
            cpuPercent.add(outcome.cpuPercent().values().stream().mapToDouble(each -> each).sum());
        }

        void conclude(long periodNs) {
            Map<String, Object> medians = new LinkedHashMap<>();
            medians.put("periodNs", periodNs);
            medians.put("rhythm", isAtFixedRate ? "fixed rate" : "fixed delay");
            drift.forEach((figure, values) -> {
                double median = Row.median(values);
                if (figure.equals("slopePpm")) {
                    medians.put(figure, median);
                } else {
                    medians.put(figure, Math.round(median));
                }
            });
            row.put("drift", medians);
            if (!isAtFixedRate) {
                row.put("cpuPercent", Map.of("process", Row.median(cpuPercent)));
            }
        }
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("drift");
        try (Stage stage = Stage.open(options, report)) {
            List<Contender> contenders = contenders(stage, report);
            new Interleaving(stage, report, contenders).warmUp(
                    List.of(Workload.periodic(List.of(TimeUnit.MICROSECONDS.toNanos(250)), WARM_UP_NS, 0)));
            for (String period : PERIODS_NS.keySet()) {
                for (Contender contender : contenders) {
                    String name = contender.name() + " " + period;
                    lines.put(name, new Line(report.row(name), Rhythm.of(contender.name()) == Rhythm.FIXED_RATE));
                }
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < contenders.size(); i++) {
                    run(stage, contenders.get((round + i) % contenders.size()), round);
                }
            }
            PERIODS_NS.forEach((period, periodNs) -> contenders.forEach(
                    each -> lines.get(each.name() + " " + period).conclude(periodNs)));
            judge(report);
        }
        return report.print(options);
    }

    private List<Contender> contenders(Stage stage, Report report) throws Exception {
        List<String> atFixedDelay = PEERS.stream().map(each -> each + Rhythm.FIXED_DELAY.suffix()).toList();
        List<Contender> contenders = new Contenders(stage, report, only).tickbus(Map.of()).peers(PEERS)
                .peers(atFixedDelay).go(Rhythm.values()).all();
        report.note("slopes are against CLOCK_MONOTONIC, 1 ppm is 1,000 ns in a second; offsets are medians of the "
                + "first and of the last tenth of the firings; of rounds the median is given");
        report.note("Netty's wheel, Agrona's wheel and Go's AfterFunc know no periods: at a fixed rate their callback "
                + "arms them for anchor + k x period, as a careful user would have it; at a fixed delay, for one "
                + "period from now, as most have it. The JDK's pool and Timer have both. cyclictest does not tell "
                + "one firing from another and takes no part");
        return contenders;
    }

    private void run(Stage stage, Contender contender, int round) throws Exception {
        for (Map.Entry<String, Long> period : PERIODS_NS.entrySet()) {
            String name = contender.name() + " " + period.getKey();
            Progress.say("round " + (round + 1) + " of " + rounds + ": " + name);
            Workload workload =
                    Workload.periodic(List.of(period.getValue()), TimeUnit.SECONDS.toNanos(seconds), 0);
            lines.get(name).add(contender.run(workload, stage.startNs(workload)));
            stage.rest();
        }
    }

    private void judge(Report report) {
        lines.forEach((name, line) -> {
            if (name.startsWith("tickbus") && !line.row.figures().isFlawless()) {
                report.fault(name + " fired early, twice, out of order or not at all");
            }
        });
    }
}
