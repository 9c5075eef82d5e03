// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.LatencyStats;
import io.tickbus.cli.Option;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitCondition;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.internal.wait.PredictiveWait;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignalWaiter;
import io.tickbus.posix.PosixSignals;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The demo's subscriber process: receives the signals, each slice of time in its own way, and keeps the figures.
 *
 * <p>Standard output has two lines, each a JSON object: first what this process is, at the end the figures.
 * Standard input has one line, the schedule; when it ends, the demo is gone, and so should this process be.
 */
public final class DemoSubscriber implements Command {
    private static final int BATCH = 64;
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final BusOptions bus;
    private final Option<Integer> cpu;

    private final PredictiveWait predictive = PredictiveWait.create();
    private final Map<DemoMode, WaitStrategy> strategies = new EnumMap<>(Map.of(DemoMode.PREDICTIVE, predictive,
            DemoMode.SPIN, WaitStrategy.spin(), DemoMode.PARK, WaitStrategy.park()));
    private final Map<DemoMode, LatencyStats> stats = new EnumMap<>(DemoMode.class);
    private final CpuMeter cpuMeter = new CpuMeter();
    private final HiccupMeter hiccups = new HiccupMeter();
    private SignalSubscriber subscriber;
    private PosixSignalWaiter kernelSignals;
    private DemoSchedule schedule;
    private DemoMode mode = DemoMode.PARK;
    private long received;
    private long lostInWarmUp;
    private long outOfOrder;
    private long duplicated;
    private long coalesced;
    private long lastSequence = -1;
    private long lastPublishedNs;
    private long lastDeadlineNs;
    private volatile boolean isStopped;

    /** Says what it takes. */
    public DemoSubscriber(CommandSpec command) {
        bus = new BusOptions(command);
        cpu = command.option("--cpu", "N", IntegerText::toInt, "Where it runs.").standard("-1");
    }

    private final class SwitchingWait implements WaitStrategy {
        @Override
        public void await(WaitCondition condition, long untilNs) {
            current().await(condition, untilNs);
        }

        private WaitStrategy current() {
            return strategies.getOrDefault(mode, strategies.get(DemoMode.PARK));
        }

        @Override
        public String name() {
            return current().name();
        }
    }

    @Override
    public int run() throws IOException {
        int[] cpus = CpuPair.pin("subscriber", cpu.get());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        SubscriberOptions options = SubscriberOptions.defaults().joinAt(0).withWaitStrategy(new SwitchingWait());
        try (SignalSubscriber attached = SignalSubscriber.attach(bus.directory(), options)) {
            subscriber = attached;
            boolean isKillable = Platforms.current().hasFutex()
                    && PosixSignals.isBlockedInEveryThread(PosixSignal.SIGUSR1);
            say(new Report().with("pid", ProcessHandle.current().pid()).with("cpus", cpus)
                    .with("blocksSignals", isKillable));
            String line = in.readLine();
            if (line != null) {
                schedule = DemoSchedule.parse(line);
                kernelSignals = schedule.hasKill() ? PosixSignalWaiter.of(PosixSignal.SIGUSR1) : null;
                for (DemoMode each : schedule.measuredModes()) {
                    stats.put(each, new LatencyStats());
                }
                stopAtEndOf(in);
                receive();
                say(figures());
            }
        }
        return Tickbus.DONE;
    }

    private static void say(Report report) {
        System.out.println(report.line());
        System.out.flush();
    }

    private void stopAtEndOf(BufferedReader in) {
        Thread thread = new Thread(() -> {
            try {
                while (in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                // A broken pipe says the same as its end.
                System.getLogger(DemoSubscriber.class.getName()).log(System.Logger.Level.DEBUG, "no input", e);
            }
            isStopped = true;
        }, "demo-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void receive() {
        boolean isOver = false;
        while (!isOver && !isStopped) {
            // Half a period ahead: the mode of the signal that comes next.
            long aheadNs = System.nanoTime() + schedule.periodNs() / 2;
            long sliceEndNs = schedule.sliceEndNs(aheadNs) - schedule.periodNs() / 2;
            enter(schedule.modeAt(aheadNs), aheadNs);
            switch (mode) {
                case HICCUP -> {
                    hiccups.spinUntil(sliceEndNs);
                    if (schedule.isWarmUp(aheadNs)) {
                        hiccups.reset();
                    }
                    subscriber.poll(this::count, Integer.MAX_VALUE);
                }
                case KILL -> awaitKernelSignal(Math.min(sliceEndNs - System.nanoTime(), LONGEST_WAIT_NS));
                default -> {
                    if (subscriber.await(this::measure, BATCH, LONGEST_WAIT_NS) == 0) {
                        isOver = isPublisherGone();
                    }
                }
            }
        }
        cpuMeter.switchTo(DemoMode.HICCUP);
    }

    private void enter(DemoMode next, long aheadNs) {
        if (next == mode) {
            return;
        }
        mode = next;
        cpuMeter.switchTo(schedule.isWarmUp(aheadNs) ? DemoMode.HICCUP : next);
        if (next == DemoMode.KILL) {
            // What was sent at the end of the last such slice and came too late for it.
            int pending = 0;
            while (pending != PosixSignalWaiter.TIMED_OUT) {
                pending = kernelSignals.await(0);
            }
        }
    }

    private boolean isPublisherGone() {
        PublisherStatus status = subscriber.publisherStatus();
        return (status == PublisherStatus.CLOSED || status == PublisherStatus.DEAD) && subscriber.backlog() == 0;
    }

    private void awaitKernelSignal(long timeoutNs) {
        if (kernelSignals.await(Math.max(0, timeoutNs)) == PosixSignalWaiter.TIMED_OUT) {
            return;
        }
        long observedNs = System.nanoTime();
        int signals = subscriber.poll(this::count, Integer.MAX_VALUE);
        // One kernel signal for several sent: the earlier ones were merged into it.
        if (signals > 0 && isMeasurable(lastDeadlineNs)) {
            stats.get(mode).record(observedNs - lastPublishedNs, observedNs - lastDeadlineNs);
            coalesced += signals - 1L;
        }
    }

    private void measure(SignalRecord signal) {
        long observedNs = System.nanoTime();
        count(signal);
        if (isMeasurable(signal.deadlineNs())) {
            stats.get(mode).record(observedNs - signal.publishedNs(), observedNs - signal.deadlineNs());
        }
    }

    private boolean isMeasurable(long deadlineNs) {
        return schedule.modeAt(deadlineNs) == mode && schedule.isSettled(deadlineNs);
    }

    private void count(SignalRecord signal) {
        if (schedule.isWarmUp(signal.deadlineNs())) {
            lostInWarmUp = subscriber.lost();
        } else {
            received++;
        }
        lastPublishedNs = signal.publishedNs();
        lastDeadlineNs = signal.deadlineNs();
        if (signal.sequence() == lastSequence) {
            duplicated++;
        } else if (signal.sequence() < lastSequence) {
            outOfOrder++;
        }
        lastSequence = signal.sequence();
    }

    /** With the demo's own figures, which it fills in, at 0. */
    private Report figures() {
        List<Report> modes = new ArrayList<>();
        stats.forEach((each, figures) -> modes.add(figures.addTo(new Report().with("name", each.label()))
                .with("publisherCpuPercent", 0).with("subscriberCpuPercent", cpuMeter.percent(each))
                .with("count", figures.count()).with("lost", each == DemoMode.KILL ? coalesced : 0)));
        return new Report().with("signals", new Report().with("published", 0).with("received", received)
                        .with("lost", subscriber.lost() - lostInWarmUp).with("outOfOrder", outOfOrder)
                        .with("duplicated", duplicated))
                .with("modes", modes)
                .with("hiccup", new Report().with("thresholdNs", HiccupMeter.THRESHOLD_NS)
                        .with("watchedNs", hiccups.spunNs()).with("count", hiccups.count())
                        .with("stolenNs", hiccups.stolenNs()).with("maxNs", hiccups.maxNs()))
                .with("guardNs", predictive.guard().guardNs()).with("preemptions", predictive.preemptions());
    }
}
