// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchReport;
import io.tickbus.bench.latency.harness.CleanupGuard;
import io.tickbus.bench.latency.harness.Commands;
import io.tickbus.bench.latency.harness.JvmLaunch;
import io.tickbus.bench.latency.harness.Progress;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.daemon.DaemonCounter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A daemon for long, with clients that come and go. */
@Command(name = "soak", mixinStandardHelpOptions = true, description = {
    "Let a daemon fire for long, while clients come and go: some close, some are killed.",
    "At the end of each interval all have left, and a line says what daemon and clients hold.",
    "Exit code 1 if that grows, or if a signal is missing that was not counted as lost."})
public final class SoakCommand implements Callable<Integer> {
    private static final String BUS = "soak";
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_MS = 50;
    private static final int PERIODIC_PER_SECOND = 1_000;

    @Option(names = "--signals", defaultValue = "500000000", description = "How many; default 500000000.")
    private long signals;

    @Option(names = "--rate", defaultValue = "500000", description = "Signals a second; default 500000.")
    private int rate;

    @Option(names = "--clients", defaultValue = "8", description = "At one time; default 8.")
    private int clients;

    @Option(names = "--interval", defaultValue = "20", description = "Seconds between two lines; default 20.")
    private int intervalSeconds;

    @Option(names = "--launcher", paramLabel = "FILE",
            description = "The script that starts the daemon, such as ./tickbus; without it, a plain JVM does.")
    private Path launcher;

    @Parameters(paramLabel = "OPTION", description = "Options of the daemon, behind '--'.")
    private List<String> daemonOptions = new ArrayList<>();

    private final List<Footprint> daemonSamples = new ArrayList<>();
    private final List<Footprint> clientSamples = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        try (BenchHarness harness = BenchHarness.open(new BenchReport("soak"), false)) {
            BusDirectory bus = BusDirectory.at(harness.directory(), BUS);
            Process daemon = start(bus);
            CleanupGuard guard = CleanupGuard.running("kill \"$1\"", Long.toString(daemon.pid()));
            try (Reception reception = Reception.attach(bus, daemon)) {
                CountersFile counters = CountersFile.attach(bus);
                List<String> wrong = new ArrayList<>(soak(harness, bus, daemon, reception, counters));
                wrong.addAll(Growth.of("daemon", daemonSamples));
                wrong.addAll(Growth.of("clients", clientSamples));
                wrong.forEach(sentence -> System.out.println("WRONG " + sentence));
                if (wrong.isEmpty()) {
                    System.out.println("all as it should be: nothing has grown, and each signal was received or counted"
                            + " as lost");
                }
                return wrong.isEmpty() ? 0 : 1;
            } finally {
                daemon.destroy();
                daemon.waitFor();
                guard.close();
            }
        }
    }

    private Process start(BusDirectory bus) throws IOException {
        Path settings = bus.path().getParent().resolve("soak.properties");
        Files.writeString(settings, "quota.firings-per-client = 100000000\nquota.firings-per-user = 100000000\n",
                StandardCharsets.UTF_8);
        List<String> words = new ArrayList<>(List.of("daemon", "--bus", bus.name(), "--dir",
                bus.path().getParent().toString(), "--settings", settings.toString(), "--log-level", "warning"));
        words.addAll(daemonOptions);
        if (launcher == null) {
            return JvmLaunch.here().withFlags("-Xmx200m").start(Tickbus.class.getName(), words);
        }
        words.add(0, launcher.toString());
        return new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private List<String> soak(BenchHarness harness, BusDirectory bus, Process daemon, Reception reception,
            CountersFile counters) throws Exception {
        System.out.printf(Locale.ROOT, "%6s %13s %9s %7s %8s | %9s %6s %5s %7s %5s | %9s %6s %5s %7s%n", "second",
                "signals", "per s", "lost", "clients", "daemon kB", "mapped", "open", "threads", "files", "client kB",
                "mapped", "open", "threads");
        long startNs = System.nanoTime();
        long beforeNs = startNs;
        long before = 0;
        Visitors visitors = new Visitors(harness, bus, Math.max(1, rate / PERIODIC_PER_SECOND / clients), clients);
        List<String> wrong = new ArrayList<>();
        while (before < signals && daemon.isAlive() && wrong.isEmpty()) {
            visitors.comeAndGo(TimeUnit.SECONDS.toNanos(intervalSeconds));
            awaitQuiet(counters);
            long published = value(counters, DaemonCounter.SIGNALS_PUBLISHED);
            reception.check(published, TIMEOUT_NS).ifPresent(wrong::add);
            long nowNs = System.nanoTime();
            sample(harness, bus, daemon);
            print((nowNs - startNs) / SECOND_NS, published, (published - before) * SECOND_NS / (nowNs - beforeNs),
                    reception.lost(), value(counters, DaemonCounter.CLIENTS_ADMITTED));
            before = published;
            beforeNs = nowNs;
        }
        if (!daemon.isAlive()) {
            wrong.add("the daemon has ended: exit code " + daemon.exitValue());
        }
        Progress.say(visitors.summary());
        return wrong;
    }

    private void print(Object... figures) {
        List<Object> all = new ArrayList<>(List.of(figures));
        Footprint daemon = daemonSamples.get(daemonSamples.size() - 1);
        Footprint client = clientSamples.get(clientSamples.size() - 1);
        all.addAll(List.of(daemon.rssKb(), daemon.mappings(), daemon.descriptors(), daemon.threads(),
                daemon.files(), client.rssKb(), client.mappings(), client.descriptors(), client.threads()));
        System.out.printf(Locale.ROOT, "%6d %13d %9d %7d %8d | %9d %6d %5d %7d %5d | %9d %6d %5d %7d%n", all.toArray());
    }

    /** After a collection of both, which is what unmaps the rings of clients that have left. */
    private void sample(BenchHarness harness, BusDirectory bus, Process daemon) throws Exception {
        System.gc();
        Commands.run(List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(daemon.pid()), "GC.run"));
        daemonSamples.add(Footprint.of(daemon.pid(), List.of(harness.directory())));
        clientSamples.add(Footprint.of(ProcessHandle.current().pid(), List.of(bus.path())));
    }

    /** All clients have left, and no timer is armed. */
    private static void awaitQuiet(CountersFile counters) throws InterruptedException {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        long before = -1;
        long now = value(counters, DaemonCounter.SIGNALS_PUBLISHED);
        while (now != before || value(counters, DaemonCounter.CLIENTS_CONNECTED) > 0
                || value(counters, DaemonCounter.TIMERS_PENDING) > 0) {
            if (System.nanoTime() > giveUpNs) {
                throw new IllegalStateException("clients or timers are still there: clients="
                        + value(counters, DaemonCounter.CLIENTS_CONNECTED) + " timers="
                        + value(counters, DaemonCounter.TIMERS_PENDING));
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            before = now;
            now = value(counters, DaemonCounter.SIGNALS_PUBLISHED);
        }
    }

    private static long value(CountersFile counters, DaemonCounter counter) {
        return counters.value(counters.find(counter.id()));
    }
}
