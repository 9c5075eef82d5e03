// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import com.sun.management.ThreadMXBean;
import io.tickbus.bench.latency.harness.ChildProcess;
import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.ObservedDaemon;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.timer.RateQuotas;
import io.tickbus.timer.TimerQuotas;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The daemon's process: the sidecar as a library user starts it, with its mode changed on order. */
final class DaemonRole implements ChildRole {
    static final String CPU = "cpu";
    private static final String BUS = "timers";
    private static final String TIMER_THREAD = "tickbus-timers";

    private final TimerDaemon daemon;

    DaemonRole(Map<String, Object> settings) {
        SignalsOptions options = SignalsOptions.defaults().withSlotCount((int) JsonLines.number(settings, "slots"));
        DaemonSettings wanted = DaemonSettings.defaults().with(DaemonSetting.MODE, mode(settings))
                .withQuotas(TimerQuotas.MOST_TIMERS, TimerQuotas.MOST_TIMERS)
                .withRates(RateQuotas.NONE)
                .with(DaemonSetting.LOG_LEVEL, System.Logger.Level.WARNING);
        if (settings.containsKey("slackNs")) {
            wanted = wanted.with(DaemonSetting.ECO_SLACK, JsonLines.number(settings, "slackNs"));
        }
        if (settings.containsKey("fireLimit")) {
            wanted = wanted.with(DaemonSetting.FIRE_LIMIT, (int) JsonLines.number(settings, "fireLimit"));
        }
        Object journal = settings.get("journal");
        daemon = TimerDaemon.open(DaemonContext.of(bus(settings)).signals(options).settings(wanted)
                .log(DaemonLog.toStream(System.err))
                .journal(journal == null ? null : JournalOptions.defaults(Path.of((String) journal)))).start();
    }

    /** The bus in the directory of the settings. */
    static BusDirectory bus(Map<String, Object> settings) {
        return BusDirectory.at(Path.of((String) settings.get("directory")), BUS);
    }

    /** Parent: changes the mode of a daemon's process. */
    static void setMode(ChildProcess daemon, String mode) {
        daemon.ask("mode", Map.of("mode", mode));
    }

    private static DaemonMode mode(Map<String, Object> map) {
        return DaemonMode.valueOf(((String) map.get("mode")).toUpperCase(Locale.ROOT));
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws InterruptedException {
        return switch (order) {
            case "mode" -> {
                daemon.reload(daemon.settings().with(DaemonSetting.MODE, mode(arguments)));
                yield Map.of();
            }
            case "observe" -> {
                ObservedDaemon.observe(daemon, (boolean) arguments.get("isOn"));
                yield Map.of();
            }
            case CPU -> CpuWindow.start(JsonLines.number(arguments, "fromNs"), JsonLines.number(arguments, "untilNs"))
                    .toMap();
            case "counters" -> counters();
            case "heap" -> Map.of("usedBytes", UsedHeap.bytes());
            default -> throw ChildRole.unknown(order);
        };
    }

    private Map<String, Object> counters() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (DaemonCounter counter : DaemonCounter.values()) {
            map.put(counter.name(), daemon.counters().value(counter));
        }
        map.put("timerThreadAllocatedBytes", allocatedBytes());
        return map;
    }

    /** What the timer thread has allocated in its life; −1 where the JVM does not tell. */
    private static long allocatedBytes() {
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads) {
            for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (info != null && info.getThreadName().equals(TIMER_THREAD)) {
                    return threads.getThreadAllocatedBytes(info.getThreadId());
                }
            }
        }
        return -1;
    }

    @Override
    public void close() {
        daemon.close();
    }
}
