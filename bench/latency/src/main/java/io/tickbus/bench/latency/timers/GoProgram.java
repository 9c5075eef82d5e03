package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.Commands;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** A small Go program of this package, compiled here where there is a Go. */
record GoProgram(Path program, int cpu) {
    /** Compiles one, if that was not done already; leaves it out with the reason where that fails. */
    static Optional<GoProgram> build(BenchHarness harness, String name) throws InterruptedException {
        Optional<Path> go = Commands.find("go");
        if (go.isEmpty()) {
            harness.report().leaveOut("go-afterfunc", "there is no 'go' on the PATH");
            return Optional.empty();
        }
        Path source = harness.directory().resolve(name + ".go");
        Path program = harness.directory().resolve(name);
        if (!Files.exists(program)) {
            try (InputStream in = GoProgram.class.getResourceAsStream(name + ".go")) {
                Files.copy(in, source);
                Commands.run(List.of(go.get().toString(), "build", "-o", program.toString(), source.toString()));
            } catch (IOException e) {
                harness.report().leaveOut("go-afterfunc", e.getMessage());
                return Optional.empty();
            }
        }
        return Optional.of(new GoProgram(program, harness.receiverCpu()));
    }

    /** Runs it, on the observer's processor; what it printed. */
    String run(long... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (cpu >= 0 && Commands.find("taskset").isPresent()) {
            command.addAll(List.of("taskset", "-c", Integer.toString(cpu)));
        }
        command.add(program.toString());
        command.addAll(LongStream.of(arguments).mapToObj(Long::toString).toList());
        return Commands.run(command);
    }
}
