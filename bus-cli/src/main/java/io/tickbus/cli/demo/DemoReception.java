package io.tickbus.cli.demo;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.platform.HiccupMeter;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.SignalReceiver;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.SignalSubscriber;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Receives the demo's signals, each slice in its way, and keeps the figures. */
final class DemoReception {
    private static final int BATCH = 64;
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SignalSubscriber subscriber;
    private final SwitchingWait waiting;
    private final DemoSchedule schedule;
    private final ChildLink link;
    private final SignalReceiver kernelSignals;
    private final CpuMeter cpuMeter = new CpuMeter();
    private final HiccupMeter hiccups = new HiccupMeter();
    private final Map<DemoMode, ModeFigures> figures = new EnumMap<>(DemoMode.class);
    private DemoMode mode = DemoMode.PARK;
    private long received;
    private long outOfOrder;
    private long duplicated;
    private long lastSequence = -1;
    private long lastPublishedNs;
    private long lastDeadlineNs;
    private volatile boolean isStopped;

    DemoReception(SignalSubscriber subscriber, SwitchingWait waiting, DemoSchedule schedule, ChildLink link) {
        this.subscriber = subscriber;
        this.waiting = waiting;
        this.schedule = schedule;
        this.link = link;
        this.kernelSignals = schedule.hasKill() ? SignalReceiver.of(PosixSignal.SIGUSR1) : null;
        for (DemoMode each : DemoMode.values()) {
            figures.put(each, new ModeFigures());
        }
    }

    void stop() {
        isStopped = true;
    }

    void run() {
        cpuMeter.switchTo(mode);
        boolean isOver = false;
        while (!isOver && !isStopped) {
            long nowNs = System.nanoTime();
            // Half a period ahead: the mode of the signal that comes next.
            enter(schedule.modeAt(nowNs + schedule.periodNs() / 2));
            switch (mode) {
                case HICCUP -> {
                    hiccups.spinUntil(schedule.sliceEndNs(nowNs + schedule.periodNs() / 2) - schedule.periodNs() / 2);
                    subscriber.poll(this::count, Integer.MAX_VALUE);
                }
                case KILL -> awaitKernelSignal(
                        schedule.sliceEndNs(nowNs + schedule.periodNs() / 2) - schedule.periodNs() / 2 - nowNs);
                default -> {
                    if (subscriber.await(this::measure, BATCH, LONGEST_WAIT_NS) == 0) {
                        isOver = isPublisherGone();
                    }
                }
            }
        }
        cpuMeter.switchTo(DemoMode.PARK);
    }

    private void enter(DemoMode next) {
        if (next != mode) {
            mode = next;
            waiting.use(next);
            // The report to the demo costs milliseconds, which are no mode's.
            cpuMeter.switchTo(DemoMode.HICCUP);
            link.say(ChildLink.PROGRESS, result());
            cpuMeter.switchTo(next);
            if (next == DemoMode.KILL) {
                // What was sent at the end of the last such slice and came too late for it.
                int pending = 0;
                while (pending != SignalReceiver.TIMED_OUT) {
                    pending = kernelSignals.await(0);
                }
            }
        }
    }

    private boolean isPublisherGone() {
        PublisherStatus status = subscriber.publisherStatus();
        return (status == PublisherStatus.CLOSED || status == PublisherStatus.DEAD) && subscriber.backlog() == 0;
    }

    private void awaitKernelSignal(long timeoutNs) {
        if (kernelSignals.await(Math.min(timeoutNs, LONGEST_WAIT_NS)) == SignalReceiver.TIMED_OUT) {
            return;
        }
        long observedNs = System.nanoTime();
        int signals = subscriber.poll(this::count, Integer.MAX_VALUE);
        // One kernel signal for several sent: the earlier ones were merged into it.
        if (signals > 0 && isMeasurable(lastDeadlineNs)) {
            figures.get(DemoMode.KILL).record(observedNs, lastPublishedNs, lastDeadlineNs);
            figures.get(DemoMode.KILL).recordCoalesced(signals - 1L);
        }
    }

    private void measure(SignalRecord signal) {
        long observedNs = System.nanoTime();
        count(signal);
        if (isMeasurable(signal.deadlineNs())) {
            figures.get(mode).record(observedNs, signal.publishedNs(), signal.deadlineNs());
        }
    }

    private boolean isMeasurable(long deadlineNs) {
        return schedule.modeAt(deadlineNs) == mode && schedule.isSettled(deadlineNs);
    }

    private void count(SignalRecord signal) {
        received++;
        lastPublishedNs = signal.publishedNs();
        lastDeadlineNs = signal.deadlineNs();
        if (signal.sequence() == lastSequence) {
            duplicated++;
        } else if (signal.sequence() < lastSequence) {
            outOfOrder++;
        }
        lastSequence = signal.sequence();
    }

    Map<String, Object> result() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("received", received);
        map.put("lost", subscriber.lost());
        map.put("outOfOrder", outOfOrder);
        map.put("duplicated", duplicated);
        map.put("guardNs", waiting.predictive().guard().guardNs());
        map.put("preemptions", waiting.predictive().preemptions());
        Map<String, Object> modes = new LinkedHashMap<>();
        for (DemoMode each : schedule.measuredModes()) {
            Map<String, Object> figure = figures.get(each).toMap();
            figure.put("cpuPercent", cpuMeter.percent(each));
            modes.put(each.label(), figure);
        }
        map.put("modes", modes);
        map.put("hiccup", hiccupMap());
        return map;
    }

    private Map<String, Object> hiccupMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("thresholdNs", HiccupMeter.THRESHOLD_NS);
        map.put("watchedNs", hiccups.spunNs());
        map.put("count", hiccups.count());
        map.put("stolenNs", hiccups.stolenNs());
        map.put("maxNs", hiccups.maxNs());
        return map;
    }
}
