package io.tickbus.bench.latency;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.core.platform.Platforms;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One-way latency between two pinned processes, all transports interleaved in bursts in the same two threads, so that
 * what the host does to one it does to all: what counts is each transport's median per round divided by the floor's of
 * the same round.
 */
@Command(name = "oneway", mixinStandardHelpOptions = true,
        description = "Measure one-way latency against a C floor, interleaved, in one pair of pinned processes.")
final class OneWay implements Callable<Integer> {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @Option(names = "--rounds", defaultValue = "80", description = "Rounds that count; default 80.")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "40", description = "Rounds before them; default 40.")
    private int warmUps;

    @Option(names = "--count", defaultValue = "1000", description = "Messages per burst; default 1000.")
    private int count;

    @Option(names = "--gap-ns", defaultValue = "5000", description = "Between two messages; default 5000 ns.")
    private long gapNs;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Override
    public Integer call() throws Exception {
        Path parent = Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        Path directory = Files.createTempDirectory(parent, "tickbus-oneway-");
        try {
            List<String> transports = new ArrayList<>(List.of("c-floor", "tickbus-spin"));
            CFloor.compile(directory).ifPresent(reason -> {
                System.err.println("c-floor is left out: " + reason);
                transports.remove("c-floor");
            });
            OneWayReport report =
                    OneWayReport.of(run(new OneWayPlan(directory, transports, warmUps, rounds, count, gapNs)), rounds);
            System.out.print(isJson ? report.toJson() : report.toText());
            return 0;
        } finally {
            delete(directory);
        }
    }

    private static Map<String, Object> run(OneWayPlan plan) throws IOException, InterruptedException {
        int[] cpus = Platforms.current().affinity();
        int last = cpus.length - 1;
        Process sender = start("OneWaySender", cpus[Math.max(0, last - 1)], plan);
        Process receiver = null;
        try (BufferedReader senderLines = lines(sender)) {
            String senderReady = senderLines.readLine();
            receiver = start("OneWayReceiver", cpus[last], plan);
            try (BufferedReader receiverLines = lines(receiver)) {
                String receiverReady = receiverLines.readLine();
                String result = receiverLines.readLine();
                if (result == null || receiver.waitFor() != 0 || sender.waitFor() != 0) {
                    throw new IllegalStateException("a child failed, see its message above");
                }
                Map<String, Object> map = JSON.std.mapFrom(result.substring(result.indexOf(' ') + 1));
                map.put("senderPinned", senderReady);
                map.put("receiverPinned", receiverReady);
                return map;
            }
        } finally {
            sender.destroyForcibly();
            if (receiver != null) {
                receiver.destroyForcibly();
            }
        }
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static Process start(String main, int cpu, OneWayPlan plan) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"), "-cp", System.getProperty("java.class.path")));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("io.tickbus.bench.latency." + main, Integer.toString(cpu)));
        command.addAll(plan.toArguments());
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
