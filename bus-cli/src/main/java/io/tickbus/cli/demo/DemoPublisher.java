package io.tickbus.cli.demo;

import io.tickbus.cli.BusOptions;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.wait.PredictiveWait;
import io.tickbus.core.wait.WaitStrategy;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.daemon.TimerLoop;
import io.tickbus.publisher.timer.FiringSink;
import io.tickbus.publisher.timer.TimerEngine;
import io.tickbus.publisher.timer.TimerQuotas;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The demo's daemon process: the timer daemon as it is, whose sink also kills where the schedule says so. */
@Command(name = "demo-publisher", hidden = true, description = "Started by 'tickbus demo'.")
public final class DemoPublisher implements Callable<Integer> {
    private static final int SLOT_COUNT = 1 << 14;
    private static final int SIGNAL_ID = 42;
    /** Long: each occurrence shall fire on its own and show its own lateness, after a stall of the host too. */
    private static final long GRACE_US = TimeUnit.MINUTES.toMicros(1);

    @Mixin
    private BusOptions bus;

    @Option(names = "--cpu", defaultValue = "-1")
    private int cpu;

    private final CpuMeter cpuMeter = new CpuMeter();
    private SignalPublisher publisher;
    private TimerLoop daemon;
    private DemoSchedule schedule;
    private ChildLink link;
    private long subscriberPid;

    @Override
    public Integer call() throws Exception {
        link = new ChildLink();
        BusDirectory directory = bus.directory();
        int[] cpus = DemoPinning.pin("publisher", cpu);
        DemoWarmUp.publisher(directory);
        publisher = SignalPublisher.openWithoutThread(directory,
                SignalsOptions.DEFAULT.withSlotCount(SLOT_COUNT));
        try {
            link.say(ChildLink.READY, Map.of("pid", ProcessHandle.current().pid(), "cpus", cpus));
            String start = link.awaitStart();
            if (start != null) {
                run(start);
            }
        } finally {
            publisher.close();
        }
        return 0;
    }

    private void run(String start) {
        int space = start.indexOf(' ');
        subscriberPid = Long.parseLong(start.substring(0, space));
        schedule = DemoSchedule.parse(start.substring(space + 1));
        TimerEngine timers = TimerEngine.create(TimerQuotas.DEFAULT);
        timers.execute(new TimerCommand().arm(0, SIGNAL_ID, schedule.startNs()).periodNs(schedule.periodNs())
                .graceUs(GRACE_US));
        WaitStrategy waiting = WaitStrategy.predictive();
        daemon = TimerLoop.of(publisher, timers, waiting, this::fire);
        link.onGone(daemon::stop);
        cpuMeter.switchTo(DemoMode.PARK);
        daemon.run();
        cpuMeter.switchTo(DemoMode.PARK);
        Map<String, Object> result = progress();
        result.put("guardNs", ((PredictiveWait) waiting).guard().guardNs());
        link.say(ChildLink.RESULT, result);
    }

    private long fire(SignalRecord firing) {
        if (firing.deadlineNs() >= schedule.endNs()) {
            daemon.stop();
            return FiringSink.UNPUBLISHED;
        }
        DemoMode mode = schedule.modeAt(firing.deadlineNs());
        long sequence = publisher.publish(firing.publishedNs(System.nanoTime()));
        if (mode == DemoMode.KILL) {
            PosixSignals.kill(subscriberPid, PosixSignal.SIGUSR1);
        }
        if (mode != cpuMeter.mode()) {
            // The report to the demo costs milliseconds, which are no mode's.
            cpuMeter.switchTo(DemoMode.HICCUP);
            link.say(ChildLink.PROGRESS, progress());
            cpuMeter.switchTo(mode);
        }
        return sequence;
    }

    private Map<String, Object> progress() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("published", publisher.nextSequence());
        map.put("cpuPercent", cpuMeter.percents());
        return map;
    }
}
