package io.tickbus.cli.demo;

import io.tickbus.cli.Durations;
import io.tickbus.cli.Report;
import io.tickbus.cli.StopSignal;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.DurationText;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.platform.Platforms;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the bus at work: a daemon process, a subscriber process, four ways of waiting side by side. */
@Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Run a timer in one process and receive it in another, waiting in turn predictively, spinning, "
                + "parked, and for kill + sigwaitinfo; show latency, lateness and CPU of each.",
        footer = {"", "Example: tickbus demo --seconds 20 --every 10ms"})
public final class DemoCommand implements Callable<Integer> {
    private static final List<String> BLOCK_SIGNAL = List.of("env", "--block-signal=USR1");
    private static final long START_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long READY_TIMEOUT_S = 60;
    private static final long REFRESH_MS = 250;
    private static final long LONGEST_PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @Spec
    private CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "10",
            description = "How long to measure; default 10.")
    private int seconds;

    @Option(names = "--every", paramLabel = "DURATION", defaultValue = "1ms", converter = Durations.Converter.class,
            description = "The timer's period, 20us to 50ms; default 1ms.")
    private long periodNs;

    @Option(names = "--dir", paramLabel = "DIR",
            description = "The directory that holds the demo's bus; else $TICKBUS_DIR, else /dev/shm/tickbus-UID.")
    private Path root;

    @Option(names = "--no-pin", description = "Let the scheduler place the two processes.")
    private boolean isUnpinned;

    @Option(names = "--json", description = "Print one JSON object on standard output, progress on standard error.")
    private boolean isJson;

    private volatile boolean isStopped;

    @Override
    public Integer call() throws Exception {
        if (seconds < 1 || seconds > 3600) {
            throw new ParameterException(spec.commandLine(), "--seconds must be 1 to 3600: seconds=" + seconds);
        }
        if (periodNs < TimeUnit.MICROSECONDS.toNanos(20) || periodNs > LONGEST_PERIOD_NS) {
            throw new ParameterException(spec.commandLine(), "--every must be 20us to 50ms: every="
                    + DurationText.format(periodNs));
        }
        BusDirectory directory = BusDirectory.at(root == null ? BusDirectory.defaultRoot() : root,
                "demo-" + ProcessHandle.current().pid());
        boolean hadRoot = directory.hasRoot();
        try (StopSignal stop = StopSignal.listen(() -> isStopped = true)) {
            return stop.isRequested() ? Tickbus.FAILED : run(directory);
        } finally {
            directory.delete();
            if (!hadRoot) {
                directory.deleteRootIfEmpty();
            }
        }
    }

    private int run(BusDirectory directory) throws IOException, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        boolean canKill = Platforms.current().hasFutex() && canBlockSignals();
        if (!canKill) {
            err.println("demo: kill + sigwaitinfo is left out, because there is no 'env --block-signal' "
                    + "(coreutils 8.31) or no native module here");
        }
        CpuPair cpus = isUnpinned ? CpuPair.NONE : CpuPair.choose();
        err.println("demo: starting a publisher and a subscriber process on bus " + directory.path());
        err.flush();
        try (DemoChild publisher = DemoChild.start("publisher", List.of(),
                arguments("demo-publisher", directory, cpus.publisher()));
                DemoChild subscriber = DemoChild.start("subscriber", canKill ? BLOCK_SIGNAL : List.of(),
                        arguments("demo-subscriber", directory, cpus.subscriber()))) {
            return run(publisher, subscriber, canKill);
        }
    }

    private static boolean canBlockSignals() throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(BLOCK_SIGNAL);
            command.add("true");
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            // No env(1) at all.
            return false;
        }
    }

    private static List<String> arguments(String command, BusDirectory directory, int cpu) {
        return List.of(command, "--dir", directory.path().getParent().toString(), "--bus", directory.name(),
                "--cpu", Integer.toString(cpu));
    }

    private int run(DemoChild publisher, DemoChild subscriber, boolean canKill)
            throws IOException, InterruptedException {
        Map<String, Object> publisherReady = publisher.awaitReady(READY_TIMEOUT_S);
        Map<String, Object> subscriberReady = subscriber.awaitReady(READY_TIMEOUT_S);
        boolean hasKill = canKill && Boolean.TRUE.equals(subscriberReady.get("blocksSignals"));
        DemoSchedule schedule =
                new DemoSchedule(System.nanoTime() + START_DELAY_NS, periodNs, seconds, hasKill);
        subscriber.begin(schedule.toText());
        publisher.begin(subscriberReady.get("pid") + " " + schedule.toText());
        Report pinning = new Report().with("publisherCpus", publisherReady.get("cpus"))
                .with("subscriberCpus", subscriberReady.get("cpus")).with("periodNs", periodNs);
        DemoScreen screen = isJson ? new DemoScreen(spec.commandLine().getErr(), false)
                : new DemoScreen(spec.commandLine().getOut(), Terminal.hasColours());
        watch(publisher, subscriber, schedule, screen);
        if (isStopped) {
            return Tickbus.FAILED;
        }
        DemoResult result = new DemoResult(publisher.awaitResult(READY_TIMEOUT_S),
                subscriber.awaitResult(READY_TIMEOUT_S));
        Report json = result.toJson(pinning);
        if (isJson) {
            spec.commandLine().getOut().println(json.indented());
        } else {
            screen.summarize(result, result.hiccup(), hostText(json));
        }
        return result.isComplete() ? Tickbus.DONE : Tickbus.FAILED;
    }

    private void watch(DemoChild publisher, DemoChild subscriber, DemoSchedule schedule, DemoScreen screen)
            throws InterruptedException {
        int shown = -1;
        while (!isStopped && !subscriber.hasResult() && !publisher.hasResult()) {
            TimeUnit.MILLISECONDS.sleep(REFRESH_MS);
            long elapsedNs = Math.max(0, System.nanoTime() - schedule.startNs());
            int second = (int) Math.min(seconds, TimeUnit.NANOSECONDS.toSeconds(elapsedNs));
            if (second != shown) {
                shown = second;
                screen.show(new DemoResult(publisher.progress(), subscriber.progress()), second, seconds);
            }
        }
    }

    private static String hostText(Report json) {
        Map<String, Object> environment = DemoResult.object(json, "environment");
        return String.join(", ", Arrays.asList(environment.get("cpuModel") + " x " + environment.get("cpus"),
                String.valueOf(environment.get("kernel")), "clock " + environment.get("clockSource"),
                "virtualization " + environment.get("virtualization"), String.valueOf(environment.get("jdk")),
                "pinned to " + environment.get("publisherCpus") + " and " + environment.get("subscriberCpus")));
    }
}
