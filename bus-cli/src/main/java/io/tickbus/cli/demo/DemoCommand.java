// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.host.HostFacts;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.internal.wait.PredictiveWait;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.TimerLoop;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Shows the bus at work: a timer in this process, a subscriber in another, four ways of waiting side by side. */
public final class DemoCommand implements Command {
    private static final List<String> BLOCK_SIGNAL = List.of("env", "--block-signal=USR1");
    private static final int SLOT_COUNT = 1 << 14;
    private static final int SIGNAL_ID = 42;
    /** Long: each occurrence is to fire on its own and show its own lateness, after a stall of the host too. */
    private static final long GRACE_US = TimeUnit.MINUTES.toMicros(1);
    private static final long START_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long WARM_UP_PERIOD_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long SHORTEST_PERIOD_NS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SHOWN_AHEAD_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int MOST_SECONDS = 3600;

    private final Option<Integer> secondsOption;
    private final Option<Long> every;
    private final Option<Path> root;
    private final Option<Boolean> noPin;
    private final OutputOptions output;

    private final CpuMeter cpuMeter = new CpuMeter();
    private final PredictiveWait waiting = PredictiveWait.create();
    private final Report environment = new Report();
    private DemoSchedule schedule;
    private DemoMode mode = DemoMode.HICCUP;
    private long subscriberPid;
    private long published;
    private long shownCycle = -1;
    private volatile Process subscriber;
    private volatile TimerLoop loop;
    private volatile boolean isStopped;
    private int seconds;
    private long periodNs;

    /** Says what it takes. */
    public DemoCommand(CommandSpec command) {
        secondsOption = command.option("--seconds", "N", IntegerText::toInt, "How long to measure").standard("10");
        every = command.duration("--every", "The timer's period, 20us to 50ms").standard("1ms");
        root = command.option("--dir", "DIR", PathText::parse,
                "The parent directory of the demo's bus; else $TICKBUS_DIR, else /dev/shm/tickbus-UID.");
        noPin = command.flag("--no-pin", "Let the scheduler place the two processes.");
        output = new OutputOptions(command);
        command.footer("Example: tickbus demo --seconds 20 --every 10ms");
    }

    @Override
    public int run() throws IOException, InterruptedException {
        seconds = secondsOption.get();
        periodNs = every.get();
        if (seconds < 1 || seconds > MOST_SECONDS) {
            throw new IllegalArgumentException("--seconds must be 1 to 3600: seconds=" + seconds);
        }
        if (periodNs < SHORTEST_PERIOD_NS || periodNs > LONGEST_PERIOD_NS) {
            throw new IllegalArgumentException("--every must be 20us to 50ms: every=" + DurationText.format(periodNs));
        }
        BusDirectory directory = BusDirectory.at(root.isGiven() ? root.get() : BusDirectory.defaultRoot(),
                "demo-" + ProcessHandle.current().pid());
        boolean hadRoot = BusFiles.hasRoot(directory);
        try (ShutdownHook stop = ShutdownHook.listen(this::stop)) {
            return stop.isRequested() ? Tickbus.FAILED : run(directory);
        } finally {
            directory.delete();
            if (!hadRoot) {
                BusFiles.deleteRootIfEmpty(directory);
            }
        }
    }

    private void stop() {
        isStopped = true;
        TimerLoop running = loop;
        if (running != null) {
            running.stop();
        }
        Process child = subscriber;
        if (child != null) {
            child.destroyForcibly();
        }
    }

    private int run(BusDirectory directory) throws IOException, InterruptedException {
        boolean canKill = Platforms.current().hasFutex() && canBlockSignals();
        if (!canKill) {
            output.say("kill + sigwaitinfo is left out, because there is no 'env --block-signal' (coreutils 8.31) or "
                    + "no native module here");
        }
        // Before the pinning, which hides the other processors.
        environment.putAll(HostFacts.read());
        CpuPair cpus = noPin.isGiven() ? CpuPair.NONE : CpuPair.choose();
        output.say("starting a subscriber process on bus " + directory.path());
        // First, so that the subscriber finds the bus.
        SignalPublisher publisher = SignalPublisher.openWithoutThread(directory,
                SignalsOptions.defaults().withSlotCount(SLOT_COUNT));
        try {
            subscriber = start(canKill ? BLOCK_SIGNAL : List.of(), List.of("demo-subscriber", "--dir",
                    directory.path().getParent().toString(), "--bus", directory.name(), "--cpu",
                    Integer.toString(cpus.subscriber())));
            return run(publisher, subscriber.inputReader(StandardCharsets.UTF_8), canKill, cpus);
        } catch (BusException e) {
            if (isStopped) {
                return Tickbus.FAILED;
            }
            throw e;
        } finally {
            publisher.close();
            if (subscriber != null) {
                subscriber.destroyForcibly();
            }
        }
    }

    private int run(SignalPublisher publisher, BufferedReader lines, boolean canKill, CpuPair cpus)
            throws IOException {
        Map<String, Object> ready = read(lines);
        subscriberPid = ((Number) ready.get("pid")).longValue();
        boolean hasKill = canKill && Boolean.TRUE.equals(ready.get("blocksSignals"));
        schedule = new DemoSchedule(System.nanoTime() + START_DELAY_NS + DemoSchedule.CYCLE_NS, periodNs, seconds,
                hasKill);
        OutputStream input = subscriber.getOutputStream();
        input.write((schedule.toText() + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
        int[] ownCpus = CpuPair.pin("publisher", cpus.publisher());
        publish(publisher, schedule.startNs() - DemoSchedule.CYCLE_NS, schedule.startNs(), WARM_UP_PERIOD_NS);
        publish(publisher, schedule.startNs(), schedule.endNs(), periodNs);
        cpuMeter.switchTo(DemoMode.HICCUP);
        publisher.close();
        return isStopped ? Tickbus.FAILED : print(result(read(lines)), ownCpus, ready.get("cpus"));
    }

    /** Starts this very program again. */
    private static Process start(List<String> prefix, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(ProcessHandle.current().info().command().orElse(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx256m"));
        String classPath = System.getProperty("java.class.path");
        boolean isJar = classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"));
        command.addAll(isJar ? List.of("-jar", classPath) : List.of("-cp", classPath, "io.tickbus.cli.Tickbus"));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static Map<String, Object> read(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new BusException(BusException.Reason.SYSTEM, "the demo's subscriber process",
                    "it ended before it was done", "see its message above");
        }
        return JSON.std.mapFrom(line);
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

    /** Fires a timer from one time to another. */
    private void publish(SignalPublisher publisher, long firstNs, long endNs, long everyNs) {
        TimerEngine timers = TimerEngine.create(TimerQuotas.DEFAULT);
        TimerCommand command = new TimerCommand();
        timers.execute(command.arm(0, SIGNAL_ID, firstNs).graceUs(GRACE_US));
        loop = TimerLoop.of(publisher, timers, waiting, signal -> {
            published(signal.deadlineNs());
            // Not a periodic timer, of which some would still fire after the end.
            long nextNs = signal.deadlineNs() + everyNs;
            if (nextNs < endNs) {
                timers.execute(command.arm(0, SIGNAL_ID, nextNs).graceUs(GRACE_US));
            } else {
                loop.stop();
            }
        });
        if (!isStopped) {
            loop.run();
        }
    }

    private void published(long deadlineNs) {
        DemoMode next = schedule.modeAt(deadlineNs);
        if (next == DemoMode.KILL) {
            PosixSignals.kill(subscriberPid, PosixSignal.SIGUSR1);
        }
        published += schedule.isWarmUp(deadlineNs) ? 0 : 1;
        if (next != mode) {
            mode = next;
            cpuMeter.switchTo(schedule.isWarmUp(deadlineNs) ? DemoMode.HICCUP : next);
        }
        // Near the end of a cycle, while the subscriber measures the host and no signals.
        long cycle = Math.floorDiv(deadlineNs + SHOWN_AHEAD_NS - schedule.startNs(), DemoSchedule.CYCLE_NS);
        if (cycle > shownCycle) {
            shownCycle = cycle;
            PrintWriter progress = output.isJson() ? output.err() : output.out();
            progress.println("demo: " + cycle + " of " + seconds + " s, " + published + " signals published");
            progress.flush();
        }
    }

    /** The subscriber's figures with those of this process. */
    private Report result(Map<String, Object> figures) {
        Map<String, Object> signals = new LinkedHashMap<>(DemoReport.object(figures, "signals"));
        signals.put("published", published);
        List<Map<String, Object>> modes = DemoReport.modes(figures);
        for (DemoMode each : schedule.measuredModes()) {
            modes.stream().filter(figure -> each.label().equals(figure.get("name")))
                    .forEach(figure -> figure.put("publisherCpuPercent", cpuMeter.percent(each)));
        }
        return new Report().with("signals", signals).with("modes", modes)
                .with("hiccup", DemoReport.object(figures, "hiccup"))
                .with("subscriberGuardNs", figures.get("guardNs"))
                .with("subscriberPreemptions", figures.get("preemptions"));
    }

    private int print(Report result, int[] publisherCpus, Object subscriberCpus) {
        environment.with("publisherCpus", publisherCpus).with("subscriberCpus", subscriberCpus)
                .with("periodNs", periodNs).with("publisherGuardNs", waiting.guard().guardNs())
                .with("subscriberGuardNs", result.remove("subscriberGuardNs"))
                .with("subscriberPreemptions", result.remove("subscriberPreemptions"));
        result.with("disturbed", DemoReport.isDisturbed(result)).with("environment", environment);
        if (output.isJson()) {
            output.print(result);
        } else {
            String host = environment.get("cpuModel") + " x " + environment.get("cpus") + ", "
                    + environment.get("kernel") + ", clock " + environment.get("clockSource") + ", virtualization "
                    + environment.get("virtualization") + ", " + environment.get("jdk") + ", pinned to "
                    + Arrays.toString(publisherCpus) + " and " + subscriberCpus;
            output.out().print(DemoReport.text(result, host));
            output.out().flush();
        }
        return DemoReport.isComplete(result) ? Tickbus.DONE : Tickbus.FAILED;
    }
}
