// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.TimerDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How late each language reads the signals of one timer, and at what cost of CPU, while it waits predictively, or as
 * {@code conformance.latency.wait} says. The languages take turns, one at a time, {@code conformance.latency.rounds}
 * times, so that what the host does to one it does to all; of each figure the median of the rounds is printed. The
 * build runs it with few signals, to see that it works: no figure is judged.
 */
@Timeout(7200)
class LatencyIT {
    private static final int SIGNALS = Integer.getInteger("conformance.latency.signals", 50);
    private static final int WARM_UP = Integer.getInteger("conformance.latency.warmUp", Math.min(SIGNALS, 3000));
    private static final int ROUNDS = Integer.getInteger("conformance.latency.rounds", 1);
    private static final long PERIOD_NS =
            TimeUnit.MICROSECONDS.toNanos(Long.getLong("conformance.latency.periodUs", 1000));
    private static final String WAIT = System.getProperty("conformance.latency.wait", "predict");
    private static final List<String> FIGURES = List.of("p50Ns", "p99Ns", "maxNs");

    @TempDir
    private Path built;

    @Test
    void shouldReadTheSameTimerInEachLanguage() throws Exception {
        String wanted = System.getProperty("conformance.languages", "");
        List<Language> languages = Language.found(built, wanted.isEmpty() ? Set.of() : Set.of(wanted.split(",", -1)))
                .stream().map(Language::optimized).toList();
        Path memory = Path.of("/dev/shm");
        Path root = Files.createTempDirectory(Files.isDirectory(memory) ? memory : built, "tickbus-latency-");
        BusDirectory bus = BusDirectory.at(root, "latency");
        Map<String, List<Map<String, Object>>> results = new LinkedHashMap<>();
        try (TimerDaemon daemon = TimerDaemon.start(bus);
                TimerClient client = TimerClient.connect(bus, TimerClientOptions.defaults())) {
            long number = client.send(new TimerCommand().arm(1, 42, System.nanoTime() + PERIOD_NS).periodNs(PERIOD_NS));
            assertTrue(number >= 0, "number=" + number);
            for (int round = 0; round < ROUNDS; round++) {
                for (Language language : languages) {
                    measure(language, bus, results);
                }
            }
            assertTrue(daemon.publisher().epoch() > 0);
        } finally {
            bus.delete();
            Files.delete(root);
        }
        print(results);
    }

    private static void measure(Language language, BusDirectory bus, Map<String, List<Map<String, Object>>> results)
            throws IOException, InterruptedException {
        Program program = language.start("latency", "--bus", bus.path().toString(), "--count", String.valueOf(SIGNALS),
                "--warm-up", String.valueOf(WARM_UP), "--wait", WAIT);
        if (program.isWrong()) {
            System.out.println("latency: " + language.name() + " is left out: its program does not know the command");
            return;
        }
        Map<String, Object> result = program.result();
        assertEquals(SIGNALS, ((Number) result.get("received")).intValue(), result::toString);
        assertEquals(0, ((Number) result.get("errors")).intValue(), result::toString);
        results.computeIfAbsent(language.name(), name -> new ArrayList<>()).add(result);
    }

    private static void print(Map<String, List<Map<String, Object>>> results) {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        double[] java = new double[FIGURES.size()];
        results.forEach((language, rounds) -> {
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < java.length; i++) {
                String name = FIGURES.get(i);
                double figure = median(rounds.stream().mapToDouble(round -> number(round, name)).toArray());
                java[i] = language.equals("java") ? figure : java[i];
                row.put(name, String.format(Locale.ROOT, "%.0f", figure));
                row.put(name + "/java", String.format(Locale.ROOT, "%.2f", figure / Math.max(1, java[i])));
            }
            double cpu = median(rounds.stream()
                    .mapToDouble(round -> 100 * number(round, "cpuNs") / Math.max(1, number(round, "elapsedNs")))
                    .toArray());
            row.put("cpu%", String.format(Locale.ROOT, "%.1f", cpu));
            rows.put(language, row);
        });
        ConformanceIT.print("latency of " + SIGNALS + " signals, waiting " + WAIT + ", medians of " + ROUNDS
                + " rounds, a timer each " + TimeUnit.NANOSECONDS.toMicros(PERIOD_NS) + " us", rows);
    }

    private static double number(Map<String, Object> result, String name) {
        return ((Number) result.get(name)).doubleValue();
    }

    private static double median(double... values) {
        Arrays.sort(values);
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
