package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.Figures.Tally;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Go's {@code time.AfterFunc}, in a small programme that is compiled here where there is a Go. */
final class GoTimers implements Contender {
    private static final String CPU = "cpu";

    private final GoProgramme programme;
    private final Rhythm rhythm;

    private GoTimers(GoProgramme programme, Rhythm rhythm) {
        this.programme = programme;
        this.rhythm = rhythm;
    }

    /** Compiles it; tells the complaint why not. */
    static Optional<Contender> build(Stage stage, Consumer<String> complaint, Rhythm rhythm)
            throws InterruptedException {
        return GoProgramme.build(stage, "afterfunc", complaint).map(found -> new GoTimers(found, rhythm));
    }

    static String name(Rhythm rhythm) {
        return "go-afterfunc" + rhythm.suffix();
    }

    @Override
    public String name() {
        return name(rhythm);
    }

    @Override
    public Outcome run(Workload workload, long startNs) throws IOException, InterruptedException {
        long periodNs = workload.periodsNs().get(0);
        Outcome outcome = parse(programme.run(workload.timers(), periodNs, workload.spreadNs(),
                workload.durationNs(), workload.settleNs(), rhythm == Rhythm.FIXED_DELAY ? 1 : 0), workload);
        Schedule expected = new Schedule(workload.spreadNs() == 0 ? workload
                : Workload.once(workload.timers(), workload.spreadNs(), 0), 0);
        long unsettled = periodNs == 0 ? 0 : (workload.settleNs() + periodNs - 1) / periodNs;
        long missing = expected.occurrences() - unsettled - outcome.figures().count();
        outcome.figures().tally(Tally.LOST, Math.max(0, missing));
        outcome.figures().tally(Tally.DUPLICATED, Math.max(0, -missing));
        return outcome;
    }

    /** Reads a lateness a line, and one line of the CPU time used in nanoseconds. */
    static Outcome parse(String output, Workload workload) {
        Figures figures = new Figures();
        long periodNs = workload.periodsNs().get(0);
        Drift drift = new Drift(periodNs);
        int occurrence = 0;
        double cpuPercent = 0;
        for (String line : output.split("\n", -1)) {
            if (line.startsWith(CPU)) {
                cpuPercent = 100.0 * Long.parseLong(line.substring(CPU.length()).strip()) / workload.durationNs();
            } else if (!line.isBlank()) {
                long latenessNs = Long.parseLong(line.strip());
                figures.record(latenessNs);
                figures.tally(Tally.EARLY, latenessNs < 0 ? 1 : 0);
                if (occurrence * periodNs + latenessNs < workload.durationNs()) {
                    drift.fired(occurrence, latenessNs);
                }
                occurrence++;
            }
        }
        // Lines are in the order of a single timer's firings only, and are all of them only without a time to settle.
        boolean isDrift = periodNs > 0 && workload.size() == 1 && workload.settleNs() == 0;
        return new Outcome(figures, Map.of("process", Math.round(100 * cpuPercent) / 100.0),
                isDrift ? Map.of("drift", drift.toMap()) : Map.of());
    }

    @Override
    public void close() {
        // Each run is a process of its own.
    }
}
