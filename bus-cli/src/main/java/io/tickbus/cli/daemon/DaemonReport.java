// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.Output;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.internal.wait.PredictiveWait;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.TimerSpec;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.DurableTimers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The daemon's two lines, ready and stopped: {@code name=value} pairs, or an object each. */
record DaemonReport(OutputOptions output) {
    void ready(String bus, TimerDaemon daemon, int[] cpus) {
        SignalPublisher publisher = daemon.publisher();
        Report line = new Report().with("event", "ready")
                .with("bus", bus)
                .with("path", publisher.bus().signals().path().getParent().toString())
                .with("pid", ProcessHandle.current().pid())
                .with("epoch", publisher.epoch())
                .with("nextSequence", publisher.nextSequence())
                .with("slots", publisher.bus().signals().header().slotCount())
                .with("parking", publisher.bus().signals().header().hasParking())
                .with("mode", daemon.settings().value(DaemonSetting.MODE).toString())
                .with("timers", daemon.settings().value(DaemonSetting.EVERY).stream().map(TimerSpec::toString).toList())
                .with("cpus", Arrays.stream(cpus).boxed().toList())
                .with("platform", Platforms.reason());
        print(line);
    }

    /** What it did, and how many timers it had armed: those that its journal brings back, and the others. */
    void stopped(String bus, TimerDaemon daemon, long firstSequence, long ranNs) {
        SignalPublisher publisher = daemon.publisher();
        int armed = daemon.engine().pending();
        int saved = daemon.settings().value(DaemonSetting.JOURNAL) == null ? 0 : durable(daemon);
        Report line = new Report().with("event", "stopped")
                .with("bus", bus)
                .with("timersSaved", saved)
                .with("timersDropped", armed - saved)
                .with("published", publisher.nextSequence() - firstSequence)
                .with("nextSequence", publisher.nextSequence())
                .with("late", daemon.counters().value(DaemonCounter.FIRINGS_LATE))
                .with("missed", daemon.counters().value(DaemonCounter.OCCURRENCES_MISSED))
                .with("ranNs", ranNs)
                .with("cpuNs", Platforms.current().processCpuNs());
        if (daemon.waitStrategy() instanceof PredictiveWait predictive) {
            line.with("guardNs", predictive.guard().guardNs())
                    .with("wakeUps", predictive.guard().wakeUps())
                    .with("preemptions", predictive.preemptions());
        }
        print(line);
    }

    private static int durable(TimerDaemon daemon) {
        DurableTimers timers = DurableTimers.of(daemon.engine());
        int[] count = {0};
        for (int cursor = 0; cursor >= 0;) {
            cursor = timers.page(cursor, Integer.MAX_VALUE, (owner, image) -> count[0]++);
        }
        return count[0];
    }

    /** A daemon whose output is no longer read continues its work. */
    private void print(Report line) {
        try {
            output.printLine(line, line.entrySet().stream().map(DaemonReport::pair).collect(Collectors.joining(" ")));
        } catch (Output.Lost e) {
            if (!e.isReaderGone()) {
                throw e;
            }
        }
    }

    private static String pair(Map.Entry<String, Object> field) {
        if (field.getKey().equals("event")) {
            return String.valueOf(field.getValue());
        }
        String value = field.getValue() instanceof List<?> list
                ? list.isEmpty() ? "none" : list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(field.getValue());
        return field.getKey() + "=" + (value.contains(" ") ? '"' + value + '"' : value);
    }
}
