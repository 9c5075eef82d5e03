package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.timers.Figures.Tally;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Go's {@code time.AfterFunc}, in a small programme that is compiled here where there is a Go. */
final class GoTimers implements Contender {
    private static final String SOURCE = "afterfunc.go";
    private static final String CPU = "cpu";

    private final Path programme;
    private final int cpu;

    private GoTimers(Path programme, int cpu) {
        this.programme = programme;
        this.cpu = cpu;
    }

    /** Compiles it; tells the complaint why not. */
    static Optional<Contender> build(Stage stage, Consumer<String> complaint) throws InterruptedException {
        Optional<Path> go = Commands.find("go");
        if (go.isEmpty()) {
            complaint.accept("go-afterfunc is left out: there is no 'go' on the PATH");
            return Optional.empty();
        }
        Path source = stage.directory().resolve(SOURCE);
        Path programme = stage.directory().resolve("afterfunc");
        try (InputStream in = GoTimers.class.getResourceAsStream(SOURCE)) {
            Files.copy(in, source);
            Commands.run(List.of(go.get().toString(), "build", "-o", programme.toString(), source.toString()));
            return Optional.of(new GoTimers(programme, stage.observerCpu()));
        } catch (IOException e) {
            complaint.accept("go-afterfunc is left out: " + e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return "go-afterfunc";
    }

    @Override
    public Outcome run(Workload workload, long startNs) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (cpu >= 0 && Commands.find("taskset").isPresent()) {
            command.addAll(List.of("taskset", "-c", Integer.toString(cpu)));
        }
        command.addAll(List.of(programme.toString(), Integer.toString(workload.timers()),
                Long.toString(workload.periodsNs().get(0)), Long.toString(workload.spreadNs()),
                Long.toString(workload.durationNs()), Long.toString(workload.settleNs())));
        Outcome outcome = parse(Commands.run(command), workload.durationNs());
        Schedule expected = new Schedule(workload.spreadNs() == 0 ? workload
                : Workload.once(workload.timers(), workload.spreadNs(), 0), 0);
        long unsettled = workload.periodsNs().get(0) == 0 ? 0
                : (workload.settleNs() + workload.periodsNs().get(0) - 1) / workload.periodsNs().get(0);
        outcome.figures().tally(Tally.LOST,
                Math.max(0, expected.occurrences() - unsettled - outcome.figures().count()));
        return outcome;
    }

    /** Reads a lateness a line, and one line of the CPU time used in nanoseconds. */
    static Outcome parse(String output, long durationNs) {
        Figures figures = new Figures();
        double cpuPercent = 0;
        for (String line : output.split("\n", -1)) {
            if (line.startsWith(CPU)) {
                cpuPercent = 100.0 * Long.parseLong(line.substring(CPU.length()).strip()) / durationNs;
            } else if (!line.isBlank()) {
                long latenessNs = Long.parseLong(line.strip());
                figures.record(latenessNs);
                figures.tally(Tally.EARLY, latenessNs < 0 ? 1 : 0);
            }
        }
        return new Outcome(figures, Map.of("process", Math.round(100 * cpuPercent) / 100.0), Map.of());
    }


    @Override
    public void close() {
        // Each run is a process of its own.
    }
}
