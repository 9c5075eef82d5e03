package io.tickbus.bench.latency.timers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** A small Go programme of this package, compiled here where there is a Go. */
final class GoProgramme {
    private final Path programme;
    private final int cpu;

    private GoProgramme(Path programme, int cpu) {
        this.programme = programme;
        this.cpu = cpu;
    }

    /** Compiles one, if that was not done already; tells the complaint why not. */
    static Optional<GoProgramme> build(Stage stage, String name, Consumer<String> complaint)
            throws InterruptedException {
        Optional<Path> go = Commands.find("go");
        if (go.isEmpty()) {
            complaint.accept("go-afterfunc is left out: there is no 'go' on the PATH");
            return Optional.empty();
        }
        Path source = stage.directory().resolve(name + ".go");
        Path programme = stage.directory().resolve(name);
        if (Files.exists(programme)) {
            return Optional.of(new GoProgramme(programme, stage.observerCpu()));
        }
        try (InputStream in = GoProgramme.class.getResourceAsStream(name + ".go")) {
            Files.copy(in, source);
            Commands.run(List.of(go.get().toString(), "build", "-o", programme.toString(), source.toString()));
            return Optional.of(new GoProgramme(programme, stage.observerCpu()));
        } catch (IOException e) {
            complaint.accept("go-afterfunc is left out: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Runs it, on the observer's processor; what it printed. */
    String run(long... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (cpu >= 0 && Commands.find("taskset").isPresent()) {
            command.addAll(List.of("taskset", "-c", Integer.toString(cpu)));
        }
        command.add(programme.toString());
        command.addAll(LongStream.of(arguments).mapToObj(Long::toString).toList());
        return Commands.run(command);
    }
}
