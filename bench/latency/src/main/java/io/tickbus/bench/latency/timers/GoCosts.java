package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.run.BurstMeans;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What Go's {@code time.AfterFunc} costs while its timers are pending. */
final class GoCosts {
    private static final String HEAP = "heap";

    private final GoProgramme programme;

    private GoCosts(GoProgramme programme) {
        this.programme = programme;
    }

    static Optional<GoCosts> build(Stage stage, Consumer<String> complaint) throws InterruptedException {
        return GoProgramme.build(stage, "cost", complaint).map(GoCosts::new);
    }

    /** One process: adds what it found. */
    void run(int timers, Costs costs) throws IOException, InterruptedException {
        parse(programme.run(timers, HoldingRole.BURST), costs);
    }

    /** Reads a burst's mean a line, "arm 247.1" or "cancel 56.2", and "heap", before and with all, in bytes. */
    static void parse(String output, Costs costs) {
        List<String> lines = output.lines().toList();
        for (String line : lines) {
            if (line.startsWith(HEAP)) {
                String[] words = line.split(" ", -1);
                costs.addHeap(Long.parseLong(words[1]), Long.parseLong(words[1]), Long.parseLong(words[2]));
            }
        }
        costs.addNs(means(lines, "arm ").percentiles(), means(lines, "cancel ").percentiles());
    }

    private static BurstMeans means(List<String> lines, String word) {
        BurstMeans means = new BurstMeans(lines.size());
        lines.stream().filter(line -> line.startsWith(word))
                .forEach(line -> means.add(Double.parseDouble(line.substring(word.length()))));
        return means;
    }
}
