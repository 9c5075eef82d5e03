package io.tickbus.bench.latency.throughput;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchOptions;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.Hiccups;
import io.tickbus.bench.latency.transport.AeronDriver;
import io.tickbus.bench.latency.transport.Transports;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Messages a second and loss, from one writer to one to four readers, each a process. */
@Command(name = "throughput", mixinStandardHelpOptions = true,
        description = "Measure messages per second and loss, one writer, one to four readers.")
public final class Throughput implements Callable<Integer> {
    private static final double MILLION = 1e6;

    @Option(names = "--slices", defaultValue = "15",
            description = "Of 60 ms each, for each line in each pass; default 15.")
    private int slices;

    @Option(names = "--passes", defaultValue = "3",
            description = "Over all lines, each with new processes, so that no moment of the host is one line's only; "
                    + "default 3.")
    private int passes;

    @Option(names = "--readers", split = ",", defaultValue = "1,2,4", description = "How many; default 1,2,4.")
    private List<Integer> readers = new ArrayList<>();

    @Mixin
    private BenchOptions options;

    private final Hiccups hiccups = new Hiccups();

    /** The command line makes it. */
    public Throughput() {
        // Nothing to set.
    }

    @Override
    public Integer call() throws Exception {
        boolean isOdd = readers.stream().anyMatch(count -> count < 1 || count > Flow.MAX_READERS);
        if (slices < 1 || passes < 1 || isOdd) {
            throw new IllegalArgumentException("slices and passes must be at least 1 and readers 1 to "
                    + Flow.MAX_READERS
                    + ": slices=" + slices + " readers=" + readers);
        }
        Map<String, Line> lines = new LinkedHashMap<>();
        Map<String, Object> report = new LinkedHashMap<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        List<Transports> wanted = options.wanted(Stream.of(Ends.values()).map(Ends::transport).toList());
        for (int pass = 1; pass <= passes; pass++) {
            for (Ends ends : Ends.values()) {
                for (int count : readers) {
                    String name = ends.transport().label();
                    if (wanted.contains(ends.transport()) && (count == 1 || ends.hasManyReaders())) {
                        System.err.println("throughput: pass " + pass + " of " + passes + ", " + name
                                + ", readers: " + count);
                        run(ends, lines.computeIfAbsent(name + count, key -> new Line(ends, count)), report, leftOut);
                    }
                }
            }
        }
        report.put("runs", lines.values().stream().filter(line -> !line.rates.isEmpty()).map(Line::toMap).toList());
        report.put("leftOut", leftOut.entrySet().stream()
                .map(entry -> Map.of("what", entry.getKey(), "why", entry.getValue())).toList());
        report.put("hiccup", hiccups.toMap());
        report.put("disturbed", hiccups.isDisturbed());
        System.out.print(options.isJson() ? JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report) + "\n"
                : toText(report));
        return 0;
    }

    /** One pass of a line, in a directory and processes of its own. */
    @SuppressWarnings("unchecked")
    private void run(Ends ends, Line line, Map<String, Object> report, Map<String, String> leftOut)
            throws IOException, InterruptedException {
        try (BenchRun run = BenchRun.open()) {
            report.putIfAbsent("environment", run.environment());
            Optional<String> reason = ends.transport().prepare(run.directory());
            if (reason.isPresent()) {
                leftOut.put(ends.transport().label(), reason.get());
                return;
            }
            if (ends.transport().needsDriver()) {
                BenchRun.expect(BenchRun.lines(run.start(AeronDriver.class, List.of(run.directory().toString())))
                        .readLine(), BenchRun.READY);
            }
            Process writer =
                    start(run, ThroughputWriter.class, BenchRun.senderCpu(options.isPinned()), ends, line.readers);
            BufferedReader writerLines = BenchRun.lines(writer);
            BenchRun.expect(writerLines.readLine(), BenchRun.READY);
            List<BufferedReader> readerLines = new ArrayList<>();
            for (int reader = 0; reader < line.readers; reader++) {
                // With more readers than processors, who runs where is for the kernel to say.
                int cpu = reader == 0 ? BenchRun.receiverCpu(options.isPinned()) : -1;
                readerLines.add(BenchRun.lines(start(run, ThroughputReader.class, cpu, ends, reader)));
                BenchRun.expect(readerLines.get(reader).readLine(), BenchRun.READY);
            }
            writer.getOutputStream().write('\n');
            writer.getOutputStream().flush();
            Map<String, Object> written =
                    JSON.std.mapFrom(BenchRun.expect(writerLines.readLine(), BenchRun.RESULT));
            line.add(written, readerLines);
            hiccups.add((Map<String, Object>) written.get("hiccup"));
        }
    }

    private Process start(BenchRun run, Class<?> main, int cpu, Ends ends, int number) throws IOException {
        return run.start(main, List.of(Integer.toString(cpu), run.directory().toString(), ends.name(),
                Integer.toString(number), Integer.toString(slices)));
    }

    @SuppressWarnings("unchecked")
    private static String toText(Map<String, Object> report) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-20s %8s %16s %14s %6s%n", "transport",
                "readers", "million/s, each", "received", "lost"));
        for (Map<String, Object> row : (List<Map<String, Object>>) report.get("runs")) {
            text.append(String.format(Locale.ROOT, "%-20s %8s %16.2f %14s %6s%n", row.get("name"),
                    row.get("readers"), ((Number) row.get("messagesPerSecond")).doubleValue() / MILLION,
                    row.get("received"), row.get("lost")));
        }
        text.append("hiccups of an idle thread: ").append(report.get("hiccup")).append(System.lineSeparator());
        if ((boolean) report.get("disturbed")) {
            text.append("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.")
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    /** One transport with so many readers, over all passes. */
    private static final class Line {
        private final Ends ends;
        private final int readers;
        private final List<Double> rates = new ArrayList<>();
        private long received;
        private long lost;

        Line(Ends ends, int readers) {
            this.ends = ends;
            this.readers = readers;
        }

        @SuppressWarnings("unchecked")
        void add(Map<String, Object> written, List<BufferedReader> readerLines) throws IOException {
            for (BufferedReader lines : readerLines) {
                Map<String, Object> found = JSON.std.mapFrom(BenchRun.expect(lines.readLine(), BenchRun.RESULT));
                received += ((Number) found.get("received")).longValue();
                lost += ((Number) found.get("lost")).longValue() + ((Number) found.get("outOfOrder")).longValue();
            }
            ((List<Number>) written.get("messagesPerSecond")).forEach(rate -> rates.add(rate.doubleValue()));
        }

        Map<String, Object> toMap() {
            Collections.sort(rates);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", ends.transport().label());
            row.put("readers", readers);
            row.put("messagesPerSecond", Math.round(rates.get(rates.size() / 2)));
            row.put("quartiles", List.of(Math.round(rates.get(rates.size() / 4)),
                    Math.round(rates.get(rates.size() * 3 / 4))));
            row.put("received", received);
            row.put("lost", lost);
            row.put("settings", ends.make().settings());
            return row;
        }
    }
}
