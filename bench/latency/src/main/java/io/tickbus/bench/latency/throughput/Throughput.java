// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.throughput;

import static io.tickbus.bench.latency.harness.BenchOptions.atLeast;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.bench.latency.transport.Transports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Messages a second and loss, from one writer to one to four readers, each a process. */
@Command(name = "throughput", mixinStandardHelpOptions = true,
        description = "Measure messages per second and loss, one writer, one to four readers.")
public final class Throughput implements Callable<Integer> {
    @Mixin
    private BenchOptions options;
    @Mixin
    private BenchOptions.Only only;

    @Option(names = "--slices", defaultValue = "15",
            description = "Of 60 ms each, for each line in each pass; default 15.")
    private int slices;

    @Option(names = "--passes", defaultValue = "3",
            description = "Over all lines, each with new processes, so that no moment of the host affects one line "
                    + "alone; default 3.")
    private int passes;

    @Option(names = "--readers", split = ",", defaultValue = "1,2,4", description = "How many; default 1,2,4.")
    private List<Integer> readers;

    @Override
    public Integer call() throws Exception {
        atLeast(1, "slices", slices);
        atLeast(1, "passes", passes);
        if (readers.stream().anyMatch(count -> count < 1 || count > FlowControl.MAX_READERS)) {
            throw new IllegalArgumentException("--readers must be 1 to " + FlowControl.MAX_READERS + ": readers="
                    + readers);
        }
        List<Line> lines = lines();
        BenchReport report = new BenchReport("runs");
        for (int pass = 1; pass <= passes; pass++) {
            for (Line line : lines) {
                Progress.say("pass " + pass + " of " + passes + ", " + line.transport.label() + ", readers: "
                        + line.readers);
                run(line, report);
            }
        }
        lines.stream().filter(line -> !line.rates.isEmpty()).forEach(line -> report.row(line.toMap()));
        return report.print(options.isJson());
    }

    private List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (Transports transport : Transports.wanted(only,
                Stream.of(Transports.values()).filter(each -> each.streamReaders() > 0))) {
            readers.stream().filter(count -> count <= transport.streamReaders())
                    .forEach(count -> lines.add(new Line(transport, count)));
        }
        return lines;
    }

    /** One pass of a line, in a directory and processes of its own. */
    private void run(Line line, BenchReport report) throws IOException, InterruptedException {
        try (BenchHarness harness = BenchHarness.open(report, options.isPinned())) {
            if (Transports.prepare(List.of(line.transport), harness).isEmpty()) {
                return;
            }
            Map<String, Object> settings = new LinkedHashMap<>(Map.of("directory", harness.directory().toString(),
                    "transport", line.transport.label()));
            JvmLaunch jvm = Transports.launch(List.of(line.transport));
            ChildProcess writer = harness.child(WriterRole.class, harness.senderCpu(), settings, jvm);
            List<ChildProcess> children = new ArrayList<>();
            for (int reader = 0; reader < line.readers; reader++) {
                settings.put("number", reader);
                // With more readers than processors the kernel decides who runs where.
                children.add(harness.child(ReaderRole.class, reader == 0 ? harness.receiverCpu() : -1, settings, jvm));
            }
            Map<String, Integer> order = Map.of("slices", slices, "readers", line.readers);
            children.forEach(each -> each.send("run", order));
            Map<String, Object> written = writer.ask("run", order);
            line.rates.addAll(JsonLines.fractions(written, "messagesPerSecond"));
            report.hiccups().add(JsonLines.object(written, "hiccup"));
            for (ChildProcess child : children) {
                Map<String, Object> found = child.answer();
                line.received += JsonLines.number(found, "received");
                line.lost += JsonLines.number(found, "lost");
            }
        }
    }

    /** One transport with a number of readers, over all passes. */
    private static final class Line {
        private final Transports transport;
        private final int readers;
        private final List<Double> rates = new ArrayList<>();
        private long received;
        private long lost;

        Line(Transports transport, int readers) {
            this.transport = transport;
            this.readers = readers;
        }

        Map<String, Object> toMap() {
            Collections.sort(rates);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", transport.label());
            row.put("readers", readers);
            row.put("messagesPerSecond", Math.round(rates.get(rates.size() / 2)));
            row.put("quartiles", Percentiles.of(rates));
            row.put("received", received);
            row.put("lost", lost);
            row.put("settings", transport.createForStream().settings());
            return row;
        }
    }
}
